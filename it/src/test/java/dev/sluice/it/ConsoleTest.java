package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console in a real browser, against a real server: what a person sees, points at and types.
 */
final class ConsoleTest {
  /** A seven in one stroke, as shares of the pad. */
  private static final double[][] SEVEN = {{0.25, 0.2}, {0.75, 0.2}, {0.45, 0.85}};

  private static final String PAD = "canvas.pad";
  private static final String ANSWER = ".answer .outputs";

  @TempDir private static Path scratch;
  private static ServerProcess server;
  private static Chromium browser;
  private Page page;

  @BeforeAll
  static void start() throws Exception {
    Path program = Chromium.require();
    Path models = Files.createDirectory(scratch.resolve("models"));
    Models.publish(Models.path("digits/1"), models.resolve("digits"), 1);
    Models.publish(Models.path("digits/2"), models.resolve("digits"), 2);
    Models.publish(Models.path("half_plus_two/1"), models.resolve("half"), 1);
    Models.publish(Models.path("wine_sklearn_onnx/1"), models.resolve("wine"), 1);
    Models.publish(Models.path("broken/truncated_onnx/1"), models.resolve("broken"), 1);
    server =
        ServerProcess.serve(
            "--model_repository=" + models,
            "--max_num_load_retries=0",
            "--file_system_poll_wait_seconds=1");
    browser = Chromium.start(program, scratch.resolve("profile"));
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void openConsole() {
    page = browser.newPage();
    page.resize(1280, 900, false);
    page.open(address(""));
    page.awaitText(".models", "digits");
  }

  @AfterEach
  void closePage() {
    List<String> errors = page.errors();
    page.close();
    assertEquals(List.of(), errors);
  }

  private static String address(String view) {
    return "http://127.0.0.1:" + server.restPort() + "/console" + view;
  }

  private void openModel(String model) {
    page.evaluate("location.hash = '#/models/%s'".formatted(model));
    page.awaitText("h1", model);
    page.await("document.querySelector('.try-body:not([hidden]) fieldset')");
  }

  private void drawSeven() {
    page.await("document.querySelector('%s')".formatted(PAD));
    page.drag(PAD, SEVEN);
  }

  @Test
  void showsModelsTheirStatesAndWhyOneFailed() {
    page.awaitText(".models tr:has(a[href$=digits])", "available");
    page.awaitText(".models tr:has(a[href$=digits])", "tensorflow");
    page.awaitText(".models tr:has(a[href$=wine])", "onnx");
    page.awaitText(".models tr:has(a[href$=broken])", "failed");
    page.click(".models a[href$=broken]");
    page.awaitText(".versions .reason", "DATA_LOSS");
    assertEquals("broken · Sluice", page.text("document.title"));
  }

  @Test
  void followsANewVersionAsItIsPublished() throws Exception {
    openModel("half");
    page.awaitText(".versions", "1");
    page.type("textarea", "[1.0, 2.0]");
    page.click("button[type=submit]");
    page.awaitText(ANSWER, "2.5");
    Models.publish(Models.path("half_plus_two/2"), scratch.resolve("models/half"), 2);
    page.awaitText(".versions tr:nth-child(1)", "2");
    page.awaitText(".versions tr:nth-child(1)", "available");
    page.awaitText(".versions tr:nth-child(2)", "unloaded");
    page.await("document.querySelector('#news').textContent.includes('half version 1: unloaded')");
    assertEquals("2", page.text("document.querySelector('#try-version').value"));
    assertEquals("[1.0, 2.0]", page.text("document.querySelector('textarea').value"));
    page.click("button[type=submit]");
    page.awaitText(ANSWER, "3.5"); // the second version adds three
    Models.retract(scratch.resolve("models/half"), 2);
    page.awaitText(".versions tr:nth-child(1)", "unloaded");
    page.awaitText(".versions tr:nth-child(2)", "available");
  }

  @Test
  void readsWhatIsDrawnAsItIsDrawn() {
    openModel("digits");
    drawSeven();
    page.awaitText(ANSWER + " .one", "7");
    page.awaitText(ANSWER + " .best .index", "7");
    page.click(".sheet-side button:last-child");
    page.await("document.querySelector('%s').childElementCount === 0".formatted(ANSWER));
    // By keys: the pen goes down in the middle and draws a line upwards.
    page.evaluate("document.querySelector('%s').focus()".formatted(PAD));
    page.press(" ");
    for (int i = 0; i < 10; i++) {
      page.press("ArrowUp");
    }
    page.press(" ");
    page.awaitText(ANSWER + " .one", "1");
  }

  private String focused() {
    return page.text("document.activeElement.tagName");
  }

  @Test
  void makesATensorOfAPicture() throws Exception {
    openModel("digits");
    page.click(".choice label:nth-of-type(2)");
    page.choose(".picture input[type=file]", seven());
    page.await("document.querySelector('.preview:not([hidden])')");
    page.click("button[type=submit]");
    page.awaitText(ANSWER + " .one", "7");
    page.evaluate("document.querySelector('.as-curl').open = true");
    String curl = page.text("document.querySelector('.curl').textContent");
    assertTrue(curl.startsWith("curl -d '{\"signature_name\": \"serving_default\""), curl);
    assertTrue(curl.endsWith("/v1/models/digits/versions/2:predict"), curl);
  }

  /** A recorded seven, ten times as large. */
  private static Path seven() throws IOException {
    JsonArray cases =
        JsonParser.parseString(Files.readString(Models.path("digits/golden.json")))
            .getAsJsonArray();
    JsonObject images =
        cases.get(0).getAsJsonObject().getAsJsonObject("inputs").getAsJsonObject("images");
    JsonArray pixels = images.getAsJsonArray("data");
    BufferedImage image = new BufferedImage(80, 80, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 80; y++) {
      for (int x = 0; x < 80; x++) {
        int grey = (int) (pixels.get(y / 10 * 8 + x / 10).getAsDouble() / 16 * 255);
        image.setRGB(x, y, grey << 16 | grey << 8 | grey);
      }
    }
    Path file = scratch.resolve("seven.png");
    assertTrue(ImageIO.write(image, "png", file.toFile()));
    return file;
  }

  @Test
  void saysWhatIsWrongWithARequest() {
    openModel("digits");
    page.click(".choice label:nth-of-type(3)");
    page.type("textarea", "[[1, 2");
    page.click("button[type=submit]");
    page.awaitText(".problem", "This is no JSON");
    assertEquals("TEXTAREA", focused());
    assertEquals(
        "true", page.text("document.querySelector('textarea').getAttribute('aria-invalid')"));
    page.type("textarea", "[[1, 2]]");
    page.await("document.querySelector('.problem').hidden");
    page.click("button[type=submit]");
    page.awaitText(".answer .summary", "Refused with status 400");
    page.await("document.querySelector('.failure').innerText.length > 20");
    page.await("!document.querySelector('.problem').hidden");
    page.type("textarea", "[[1], [2, 3]]");
    page.click("button[type=submit]");
    page.awaitText(".problem", "Expected");
  }

  @Test
  void unloadsAndLoadsOnlyWhenThatIsConfirmed() {
    openModel("wine");
    page.click(".heading .danger");
    page.awaitText("dialog", "Unload wine?");
    page.press("Escape");
    page.await("!document.querySelector('dialog')");
    page.awaitText(".heading .badge", "available");
    page.click(".heading .danger");
    page.click("dialog button[type=submit]");
    page.awaitText(".outcome", "Unloaded.");
    page.awaitText(".heading .badge", "unloaded");
    page.awaitText(".try", "No version can be tried now.");
    page.click(".heading .reload");
    page.awaitText("dialog", "wine?");
    page.click("dialog button[type=submit]");
    page.awaitText(".outcome", "Loaded.");
    page.awaitText(".heading .badge", "available");
  }

  @Test
  void isReachedByKeysAlone() {
    page.open("about:blank"); // where keys begin is where a page was last used
    page.open(address("/#/models/half"));
    page.await("document.querySelector('.try-body:not([hidden]) fieldset')");
    page.press("Tab");
    assertEquals("Skip to the models", page.text("document.activeElement.textContent"));
    page.press("Enter");
    assertEquals("MAIN", focused());
    for (int i = 0; i < 40 && !focused().equals("TEXTAREA"); i++) {
      page.press("Tab");
    }
    assertEquals("TEXTAREA", focused());
    for (int i = 0; i < 5 && !focused().equals("BUTTON"); i++) {
      page.press("Tab");
    }
    page.press("Enter");
    page.awaitText(ANSWER, "2.25"); // half of the example, 0.5, and two
  }

  /** Every control, in the order of the page, and where the focus is can be seen. */
  @Test
  void tabReachesEveryControlInOrder() throws Exception {
    for (String view : List.of("#/models/digits", "#/models/broken", "#/")) {
      page.open("about:blank");
      page.open(address("/" + view));
      page.awaitText(".side", "digits");
      if (view.endsWith("digits")) {
        page.await("document.querySelector('.try-body:not([hidden]) .pad')");
      }
      JsonArray controls = page.evaluate(script("controls.js")).getAsJsonArray();
      assertTrue(controls.size() > 6, () -> view + " has few controls: " + controls);
      for (JsonElement control : controls) {
        page.press("Tab");
        assertEquals(
            control.getAsString(),
            page.text("document.activeElement.dataset.control ?? document.activeElement.outerHTML"),
            view);
        page.await(script("ring.js")); // the page may still be on its way to it
      }
    }
  }

  @Test
  void fitsAPhoneAndATablet() {
    fits(360, 740);
    fits(768, 1024);
  }

  private void fits(int width, int height) {
    page.resize(width, height, true);
    for (String model : List.of("", "digits", "half", "broken")) {
      page.evaluate("location.hash = '%s'".formatted(model.isEmpty() ? "#/" : "#/models/" + model));
      page.awaitText("h1", model.isEmpty() ? "All models" : model);
      page.await("document.querySelector('.badge[data-tone=good], .badge[data-tone=bad]')");
      assertEquals(
          width,
          page.evaluate("document.documentElement.scrollWidth").getAsInt(),
          () ->
              model
                  + page.evaluate(
                      "[...document.querySelectorAll('body *')].filter((e) =>"
                          + " e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML"
                          + ".slice(0, 90))"));
    }
  }

  @Test
  void hasEnoughContrastInLightAndInDark() throws Exception {
    openModel("digits");
    drawSeven();
    page.awaitText(ANSWER + " .one", "7");
    String check = script("contrast.js");
    for (boolean dark : List.of(false, true)) {
      page.setDark(dark);
      page.await("matchMedia('(prefers-color-scheme: dark)').matches === %s".formatted(dark));
      assertEquals("[]", page.evaluate(check).toString(), dark ? "dark" : "light");
    }
  }

  private static String script(String name) throws IOException {
    try (InputStream in = ConsoleTest.class.getResourceAsStream("/console/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void itsModulesComputeWhatTheyShould() throws IOException {
    assertEquals("[]", page.evaluate(script("modules.js")).toString());
  }

  @Test
  void chartsFollowTheRequests() throws Exception {
    openModel("half");
    Thread client = Thread.ofVirtual().start(ConsoleTest::askHalf);
    try {
      page.await(
          "Number(document.querySelectorAll('.numbers-now dd')[0].innerText.replaceAll(',', '')) > 0");
      page.await("/[0-9] (µs|ms)/.test(document.querySelectorAll('.numbers-now dd')[2].innerText)");
      page.await("document.querySelectorAll('.chart canvas').length === 3");
      page.awaitText(".chart:nth-child(3)", "rows per run 2");
    } finally {
      client.interrupt();
      client.join();
    }
    assertFalse(page.text("document.querySelector('.facts').innerText").contains("NaN"));
  }

  /** Asks for two rows at a time, until it is interrupted. */
  private static void askHalf() {
    try {
      while (true) {
        assertEquals(
            200,
            server.post("/v1/models/half:predict", "{\"instances\": [1.0, 2.0]}").statusCode());
      }
    } catch (IOException | InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }
}
