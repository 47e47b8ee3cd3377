package dev.sluice.it;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * What TensorFlow Serving 2.19.1 answered, case by case, and the configuration it was asked under.
 */
final class ConformanceCorpus {
  private static final String MODELS = "${MODELS}";

  private ConformanceCorpus() {}

  /**
   * Returns the cases of a profile, in the order in which they were recorded: some depend on it.
   *
   * @param kind {@code rest} or {@code grpc}
   */
  static List<JsonObject> cases(String kind, String profile) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(resource(kind + ".jsonl.gz")), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> JsonParser.parseString(line).getAsJsonObject())
          .filter(each -> each.get("server_profile").getAsString().equals(profile))
          .toList();
    }
  }

  /** Returns why cases are allowed to differ, by {@code kind:id}. */
  static Map<String, String> exceptions() throws IOException {
    Map<String, String> exceptions = new LinkedHashMap<>();
    for (String line : text("exceptions.txt").lines().toList()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] fields = line.split("\t", 2);
        if (fields.length < 2 || exceptions.put(fields[0], fields[1]) != null) {
          throw new IllegalArgumentException("an exception without reason, or twice: " + line);
        }
      }
    }
    return exceptions;
  }

  /** Writes a configuration file with the place of the models put in; returns its path. */
  static Path writeConfig(String name, Path directory) throws IOException {
    String text = text(name).replace(MODELS, Models.root().toString());
    return Files.writeString(directory.resolve(name), text);
  }

  /** Returns an answer with the place of the models taken out. */
  static String normalized(String answer) {
    return answer.replace(Models.root().toString(), MODELS);
  }

  private static String text(String name) throws IOException {
    try (InputStream in = resource(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream resource(String name) {
    InputStream in = ConformanceCorpus.class.getResourceAsStream("/conformance/" + name);
    if (in == null) {
      throw new IllegalStateException("no resource conformance/" + name);
    }
    return in;
  }
}
