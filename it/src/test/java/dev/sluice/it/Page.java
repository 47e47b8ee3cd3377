package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A page in a browser, used as a person would: by pointer and keys. */
final class Page implements AutoCloseable {
  /** How often a condition is looked at, and for how long. */
  private static final int PERIOD_MILLIS = 30;

  private static final int PATIENCE_MILLIS = 60_000;

  private final Chromium browser;
  private final String target;
  private final String session;
  private final List<String> errors = new CopyOnWriteArrayList<>();

  Page(Chromium browser, String target, String session) {
    this.browser = browser;
    this.target = target;
    this.session = session;
    browser.listen(session, this::heard);
    for (String domain : List.of("Page", "Runtime", "Log", "DOM")) {
      call(domain + ".enable");
    }
    call("Page.bringToFront"); // a page behind another stops asking the server
  }

  /** Parameters of a call, as names and values in turn. */
  private JsonObject call(String method, Object... parameters) {
    JsonObject object = new JsonObject();
    for (int i = 0; i < parameters.length; i += 2) {
      object.add((String) parameters[i], json(parameters[i + 1]));
    }
    return browser.call(session, method, object);
  }

  private static JsonElement json(Object value) {
    return switch (value) {
      case JsonElement element -> element;
      case Number number -> new JsonPrimitive(number);
      case Boolean truth -> new JsonPrimitive(truth);
      default -> new JsonPrimitive(value.toString());
    };
  }

  /** Notes what the console of the browser would show in red. */
  private void heard(JsonObject message) {
    JsonObject parameters = message.getAsJsonObject("params");
    switch (message.get("method").getAsString()) {
      case "Runtime.exceptionThrown" -> errors.add(parameters.get("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (parameters.get("type").getAsString().equals("error")) {
          errors.add(parameters.get("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        JsonObject entry = parameters.getAsJsonObject("entry");
        // The browser writes one for each answer that is a refusal, however well it is handled.
        boolean refusal = entry.get("source").getAsString().equals("network");
        if (entry.get("level").getAsString().equals("error") && !refusal) {
          errors.add(entry.toString());
        }
      }
      default -> {}
    }
  }

  /** Returns the errors so far. */
  List<String> errors() {
    return List.copyOf(errors);
  }

  void open(String address) {
    call("Page.navigate", "url", address);
  }

  /** Sets the size of the window, and whether it is that of a phone. */
  void resize(int width, int height, boolean phone) {
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        phone ? 2 : 1,
        "mobile",
        phone);
  }

  /** Sets the color scheme; without motion, so that no color is on its way to another. */
  void setDark(boolean dark) {
    JsonArray features = new JsonArray();
    features.add(feature("prefers-color-scheme", dark ? "dark" : "light"));
    features.add(feature("prefers-reduced-motion", "reduce"));
    call("Emulation.setEmulatedMedia", "features", features);
  }

  private static JsonObject feature(String name, String value) {
    JsonObject feature = new JsonObject();
    feature.addProperty("name", name);
    feature.addProperty("value", value);
    return feature;
  }

  /** Returns what an expression gives, which may be a promise. */
  JsonElement evaluate(String expression) {
    JsonObject answer =
        call(
            "Runtime.evaluate",
            "expression",
            expression,
            "awaitPromise",
            true,
            "returnByValue",
            true);
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
    }
    JsonElement value = answer.getAsJsonObject("result").get("value");
    return value == null ? JsonNull.INSTANCE : value;
  }

  String text(String expression) {
    return evaluate(expression).getAsString();
  }

  /** Waits until an expression is true; fails with what the page shows. */
  void await(String condition) {
    boolean came =
        evaluate(
                """
                new Promise((done) => {
                  const end = Date.now() + %d;
                  const look = () => {
                    let is = false;
                    try { is = Boolean(%s); } catch { /* not yet */ }
                    if (is || Date.now() > end) done(is); else setTimeout(look, %d);
                  };
                  look();
                })
                """
                    .formatted(PATIENCE_MILLIS, condition, PERIOD_MILLIS))
            .getAsBoolean();
    if (!came) {
      throw new AssertionError(
          "waited in vain for "
              + condition
              + "; errors: "
              + errors
              + "; the page shows:\n"
              + text("document.body.innerText"));
    }
  }

  /** Waits until an element shows a text. */
  void awaitText(String selector, String text) {
    await(
        "[...document.querySelectorAll(`%s`)].some((e) => e.innerText.includes(`%s`))"
            .formatted(selector, text));
  }

  /** A point of an element: shares of its width and height. */
  private double[] point(String selector, double x, double y) {
    JsonArray point =
        evaluate(
                """
                (() => {
                  const element = document.querySelector(`%s`);
                  element.scrollIntoView({ block: 'center', behavior: 'instant' });
                  const box = element.getBoundingClientRect();
                  return [box.x + box.width * %s, box.y + box.height * %s];
                })()
                """
                    .formatted(selector, x, y))
            .getAsJsonArray();
    return new double[] {point.get(0).getAsDouble(), point.get(1).getAsDouble()};
  }

  private void mouse(String type, double[] at, int buttons) {
    call(
        "Input.dispatchMouseEvent",
        "type",
        type,
        "x",
        at[0],
        "y",
        at[1],
        "button",
        type.equals("mouseMoved") ? "none" : "left",
        "buttons",
        buttons,
        "clickCount",
        1);
  }

  void click(String selector) {
    double[] at = point(selector, 0.5, 0.5);
    mouse("mouseMoved", at, 0);
    mouse("mousePressed", at, 1);
    mouse("mouseReleased", at, 0);
  }

  /** Draws a line through points of an element, as shares of its width and height. */
  void drag(String selector, double[]... points) {
    double[] at = point(selector, points[0][0], points[0][1]);
    mouse("mousePressed", at, 1);
    for (int i = 1; i < points.length; i++) {
      for (int step = 1; step <= 8; step++) {
        double share = step / 8.0;
        at =
            point(
                selector,
                points[i - 1][0] + (points[i][0] - points[i - 1][0]) * share,
                points[i - 1][1] + (points[i][1] - points[i - 1][1]) * share);
        mouse("mouseMoved", at, 1);
      }
    }
    mouse("mouseReleased", at, 0);
  }

  /** Presses keys by their names, such as {@code Tab}. */
  void press(String... keys) {
    for (String key : keys) {
      String text = key.equals("Enter") ? "\r" : key.length() == 1 ? key : "";
      for (String type : List.of(text.isEmpty() ? "rawKeyDown" : "keyDown", "keyUp")) {
        call(
            "Input.dispatchKeyEvent",
            "type",
            type,
            "key",
            key,
            "code",
            key.equals(" ") ? "Space" : key,
            "text",
            type.equals("keyUp") ? "" : text,
            "windowsVirtualKeyCode",
            code(key));
      }
    }
  }

  private static int code(String key) {
    return switch (key) {
      case "Tab" -> 9;
      case "Enter" -> 13;
      case "Escape" -> 27;
      case " " -> 32;
      case "ArrowLeft" -> 37;
      case "ArrowUp" -> 38;
      case "ArrowRight" -> 39;
      case "ArrowDown" -> 40;
      case "Delete" -> 46;
      default -> throw new IllegalArgumentException("a key without a code here: " + key);
    };
  }

  /** Replaces the text of a field, as if it were typed. */
  void type(String selector, String text) {
    click(selector);
    evaluate("document.querySelector(`%s`).select()".formatted(selector));
    call("Input.insertText", "text", text);
  }

  /** Chooses a file. */
  void choose(String selector, Path file) {
    String object =
        call("Runtime.evaluate", "expression", "document.querySelector(`%s`)".formatted(selector))
            .getAsJsonObject("result")
            .get("objectId")
            .getAsString();
    JsonArray files = new JsonArray();
    files.add(file.toAbsolutePath().toString());
    call("DOM.setFileInputFiles", "files", files, "objectId", object);
  }

  /** Writes what the window shows. */
  void picture(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    String png = call("Page.captureScreenshot", "format", "png").get("data").getAsString();
    Files.write(file, Base64.getDecoder().decode(png));
  }

  @Override
  public void close() {
    JsonObject closed = new JsonObject();
    closed.addProperty("targetId", target);
    browser.call("", "Target.closeTarget", closed);
  }
}
