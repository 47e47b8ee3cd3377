package dev.sluice.it;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures for the README; they are to be looked at, and copied to docs/images by hand. */
final class ConsolePicturesTest {
  private static final Path FOLDER = Path.of("target/console");

  /** A seven in one stroke, as shares of the pad. */
  private static final double[][] SEVEN = {{0.25, 0.2}, {0.75, 0.2}, {0.45, 0.85}};

  private static final int LOAD_SECONDS = 140;

  @TempDir private Path scratch;

  @Test
  @Tag("slow")
  void takesPictures() throws Exception {
    Path models = Files.createDirectory(scratch.resolve("models"));
    Models.publish(Models.path("digits/1"), models.resolve("digits"), 1);
    Models.publish(Models.path("digits/2"), models.resolve("digits"), 2);
    Models.publish(Models.path("half_plus_two/1"), models.resolve("half"), 1);
    Models.publish(Models.path("wine_sklearn_onnx/1"), models.resolve("wine"), 1);
    Models.publish(Models.path("broken/truncated_onnx/1"), models.resolve("broken"), 1);
    try (ServerProcess server =
            ServerProcess.serve("--model_repository=" + models, "--max_num_load_retries=0");
        Chromium browser = Chromium.start(Chromium.require(), scratch.resolve("profile"));
        ConsoleLoad load = new ConsoleLoad(server);
        Page page = browser.newPage()) {
      page.resize(1440, 1120, false);
      page.open("http://127.0.0.1:" + server.restPort() + "/console#/models/digits");
      page.await("document.querySelector('.try-body:not([hidden]) .pad')");
      page.drag("canvas.pad", SEVEN);
      load.run(LOAD_SECONDS);
      page.awaitText(".answer .one", "7");
      ofAModel(page);
      ofAllModels(page);
      ofAnError(page);
    }
  }

  private static void ofAModel(Page page) throws Exception {
    top(page);
    page.picture(FOLDER.resolve("console-light.png"));
    page.setDark(true);
    page.await("document.querySelectorAll('.chart canvas').length === 3");
    page.picture(FOLDER.resolve("console-dark.png"));
    page.resize(390, 844, true);
    top(page);
    page.picture(FOLDER.resolve("console-phone.png"));
    page.evaluate("document.querySelector('.try').scrollIntoView({ behavior: 'instant' })");
    page.picture(FOLDER.resolve("console-phone-pad.png"));
    page.setDark(false);
    page.resize(1440, 900, false);
  }

  private static void ofAllModels(Page page) throws Exception {
    page.evaluate("location.hash = '#/'");
    page.awaitText("h1", "All models");
    page.await("document.querySelectorAll('.chart canvas').length === 3");
    page.picture(FOLDER.resolve("console-overview.png"));
  }

  private static void ofAnError(Page page) throws Exception {
    page.evaluate("location.hash = '#/models/half'");
    page.awaitText("h1", "half");
    page.await("document.querySelector('.try-body:not([hidden]) textarea')");
    page.type("textarea", "[\"one\", 2]");
    page.click(".send button");
    page.await("document.querySelector('.problem:not([hidden])')");
    page.picture(FOLDER.resolve("console-error.png"));
    page.evaluate("location.hash = '#/models/broken'");
    page.awaitText(".versions .reason", "DATA_LOSS");
    page.picture(FOLDER.resolve("console-failed.png"));
  }

  private static void top(Page page) {
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })");
  }
}
