package dev.sluice.console;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The files of the page, each read and compressed when it is first asked for: a server whose
 * console nobody opens pays nothing. Thread-safe.
 */
final class Assets {
  private static final String INDEX = "index.html";

  /** The release of the library in server/pom.xml is part of its path. */
  private static final String PLOTS = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  /** What lies in {@code www}; nothing else is ever opened, whatever a path says. */
  private static final Set<String> FILES =
      Set.of(
          INDEX,
          "icon.svg",
          "console.css",
          "tryit.css",
          "js/answer.js",
          "js/api.js",
          "js/app.js",
          "js/charts.js",
          "js/dialogs.js",
          "js/dom.js",
          "js/fields.js",
          "js/format.js",
          "js/history.js",
          "js/model.js",
          "js/overview.js",
          "js/pad.js",
          "js/picture.js",
          "js/sidebar.js",
          "js/tensor.js",
          "js/tryit.js",
          "js/versions.js");

  /** What comes from the library, by the names it has here. */
  private static final Map<String, String> LIBRARY =
      Map.of("lib/uplot.js", "uPlot.esm.js", "lib/uplot.css", "uPlot.min.css");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final ConcurrentMap<String, Asset> read = new ConcurrentHashMap<>();

  /**
   * Returns a file.
   *
   * @param name its path below {@code /console/}; empty for the page itself
   * @throws ServingException NOT_FOUND if there is none of that name
   */
  Asset get(String name) throws ServingException {
    String file = name.isEmpty() ? INDEX : name;
    if (!FILES.contains(file) && !LIBRARY.containsKey(file)) {
      throw new ServingException(
          Code.NOT_FOUND, "Expected a file of the console, found /console/" + name);
    }
    return read.computeIfAbsent(file, Assets::read);
  }

  private static Asset read(String file) {
    String library = LIBRARY.get(file);
    String path = library == null ? "www/" + file : PLOTS + library;
    try (InputStream in = Assets.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return Asset.of(type(file), in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String type(String file) {
    String ending = file.substring(file.lastIndexOf('.') + 1);
    return TYPES.getOrDefault(ending, "application/octet-stream");
  }
}
