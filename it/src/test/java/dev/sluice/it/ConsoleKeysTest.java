package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console of a server that wants to know who asks. */
final class ConsoleKeysTest {
  private static final String INFER = UUID.randomUUID().toString();
  private static final String ADMIN = UUID.randomUUID().toString();
  private static final String ONE_MODEL = UUID.randomUUID().toString();
  private static final String LEAVER = UUID.randomUUID().toString();
  private static final List<String> KEYS = List.of(INFER, ADMIN, ONE_MODEL, LEAVER);

  @TempDir private static Path scratch;
  private static ServerProcess server;
  private static Chromium browser;
  private Page page;

  @BeforeAll
  static void start() throws Exception {
    Path program = Chromium.require();
    Path models = Files.createDirectory(scratch.resolve("models"));
    Models.publish(Models.path("half_plus_two/1"), models.resolve("half"), 1);
    admit("web", "leaver");
    Map<String, String> secrets = new HashMap<>();
    secrets.put("INFER_KEY", INFER);
    secrets.put("ADMIN_KEY", ADMIN);
    secrets.put("ONE_MODEL_KEY", ONE_MODEL);
    secrets.put("LEAVER_KEY", LEAVER);
    server =
        ServerProcess.serve(
            secrets,
            "--model_repository=" + models,
            "--auth_config_file=" + scratch.resolve("auth.yaml"));
    browser = Chromium.start(program, scratch.resolve("profile"));
  }

  /** Admits some who may infer, besides those who are always admitted. */
  private static void admit(String... names) throws IOException {
    StringBuilder file = new StringBuilder("api_keys:\n");
    file.append("  - {name: ops, key: 'env:ADMIN_KEY', scopes: [admin]}\n");
    file.append("  - {name: one, key: 'env:ONE_MODEL_KEY', scopes: [infer], models: [half]}\n");
    for (String name : names) {
      String variable = name.equals("web") ? "INFER_KEY" : "LEAVER_KEY";
      file.append("  - {name: %s, key: 'env:%s', scopes: [infer]}\n".formatted(name, variable));
    }
    Files.writeString(scratch.resolve("auth.yaml"), file);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      List<String> log = server.log();
      server.close();
      KEYS.forEach(key -> assertTrue(log.stream().noneMatch(line -> line.contains(key))));
    }
  }

  @BeforeEach
  void openConsole() {
    page = browser.newPage();
    page.resize(1280, 900, false);
    page.open("http://127.0.0.1:" + server.restPort() + "/console/#/models/half");
    page.awaitText("dialog .why", "This server wants to know who asks.");
  }

  @AfterEach
  void closePage() {
    List<String> errors = page.errors();
    String addresses =
        page.evaluate(
                "JSON.stringify([location.href, ...performance.getEntries().map((e) => e.name)])")
            .getAsString();
    page.close();
    assertEquals(List.of(), errors);
    KEYS.forEach(key -> assertFalse(addresses.contains(key), "a key is in an address"));
  }

  private void give(String key) {
    page.type("#key", key);
    page.click("dialog button[type=submit]");
  }

  private void enterWith(String key) {
    give(key);
    page.await("!document.querySelector('dialog')");
    page.awaitText(".heading .badge", "available");
    page.await("document.querySelector('.try-body:not([hidden]) fieldset')");
    assertTrue(page.evaluate("document.querySelector('#banner').hidden").getAsBoolean());
  }

  private void ask(String action) {
    page.click(".heading " + action);
    page.awaitText("dialog", "half?");
    page.click("dialog button[type=submit]");
  }

  @Test
  void saysWhyAKeyIsRefusedAndAsksForAnother() {
    give("not-a-key");
    page.awaitText("dialog .why", "The server does not accept this key.");
    page.await("document.querySelector('dialog .said').innerText.length > 20");
    page.press("Escape");
    page.await("!document.querySelector('dialog')");
    page.awaitText("#banner", "The server refuses: ");
    page.awaitText(".top .badge", "refused");
    page.awaitText(".top .quiet", "Key: set");
    page.click(".top .quiet");
    give("no key: ä");
    page.await("document.querySelector('#key:invalid')"); // it could not even be sent
    enterWith(INFER);
  }

  @Test
  void forgetsTheKeyWithTheTab() {
    enterWith(INFER);
    assertEquals(0, page.evaluate("localStorage.length").getAsInt());
    assertEquals("", page.text("document.cookie"));
    page.evaluate("location.reload()");
    page.await("performance.getEntriesByType('navigation')[0].type === 'reload'");
    page.awaitText(".heading .badge", "available");
    page.await("!document.querySelector('dialog')");
    page.click(".top .quiet");
    give("");
    page.awaitText("dialog .why", "This server wants to know who asks.");
  }

  @Test
  void aKeyForInferenceTriesModelsAndIsToldThatItMayNotUnload() {
    enterWith(INFER);
    page.type("textarea", "[1.0]");
    page.click("button[type=submit]");
    page.awaitText(".answer .outputs", "2.5");
    page.evaluate("document.querySelector('.as-curl').open = true");
    String curl = page.text("document.querySelector('.curl').textContent");
    assertTrue(curl.startsWith("curl -H \"Authorization: Bearer $SLUICE_KEY\" -d "), curl);
    ask(".danger");
    page.awaitText("dialog .why", "This key may not do that here.");
    page.awaitText("dialog .said", "web needs scope admin on model half");
    page.press("Escape");
    page.awaitText(".outcome[data-tone=bad]", "web needs scope admin on model half");
    page.awaitText(".heading .badge", "available");
  }

  @Test
  void aKeyForAdministrationUnloadsAndLoads() {
    enterWith(INFER);
    ask(".danger");
    page.awaitText("dialog .said", "needs scope admin");
    give(ADMIN);
    page.awaitText(".outcome", "Try again with the new key.");
    ask(".danger");
    page.awaitText(".outcome", "Unloaded.");
    page.awaitText(".heading .badge", "unloaded");
    ask(".reload");
    page.awaitText(".outcome", "Loaded.");
    page.awaitText(".heading .badge", "available");
    ask(".reload");
    page.awaitText(".outcome", "Loaded.");
  }

  @Test
  void aKeyOfOneModelIsToldWhatItLacks() {
    give(ONE_MODEL);
    page.awaitText("dialog .said", "one needs scope infer on every model");
    page.press("Escape");
    page.awaitText("#banner", "one needs scope infer on every model");
  }

  @Test
  void aKeyThatIsTakenAwayIsSeenSoon() throws Exception {
    enterWith(LEAVER);
    admit("web");
    page.awaitText("dialog .why", "The server does not accept this key.");
    page.awaitText("#banner", "What is shown may be old.");
    enterWith(INFER);
    admit("web", "leaver");
  }

  @Test
  void whatWasRefusedIsSentAgainWithTheNextKey() {
    enterWith(INFER);
    page.type("textarea", "[3.0]");
    page.evaluate(
        "sessionStorage.setItem('sluice.key', 'x'); document.querySelector('.send button').click()");
    page.awaitText("dialog .why", "The server does not accept this key.");
    page.awaitText(".answer .summary", "Refused with status 401");
    enterWith(INFER);
    page.awaitText(".answer .outputs", "3.5");
  }
}
