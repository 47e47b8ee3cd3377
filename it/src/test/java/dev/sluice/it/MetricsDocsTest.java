package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The metrics that operate.md lists are those that a server has. */
class MetricsDocsTest {
  private static final Pattern NAME =
      Pattern.compile("`((?:sluice|process|jvm)_[a-z_]+)(?:\\{([a-z,]*)})?`");
  private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

  @Test
  void theTableAndThePageHaveTheSameFamiliesWithTheSameLabels() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=half_plus_two", "--model_base_path=" + Models.path("half_plus_two"))) {
      server.post("/v1/models/half_plus_two:predict", "{\"instances\": [1.0, 2.0]}");
      // Its time is up before it runs.
      server.post(
          "/v2/models/half_plus_two/infer",
          "{\"parameters\": {\"timeout\": 1}, \"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\","
              + " \"shape\": [1], \"data\": [1]}]}");
      assertEquals(documented(), found(server.get("/metrics").body()));
    }
  }

  private static Map<String, Set<String>> documented() throws IOException {
    Map<String, Set<String>> families = new TreeMap<>();
    String text = Files.readString(Models.dist().resolveSibling("docs/operate.md"));
    text.lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> NAME.matcher(line.substring(0, line.indexOf(" | "))))
        .forEach(
            names -> {
              while (names.find()) {
                String labels = names.group(2);
                families.put(
                    names.group(1),
                    labels == null ? Set.of() : new TreeSet<>(Set.of(labels.split(",", -1))));
              }
            });
    return families;
  }

  private static Map<String, Set<String>> found(String page) {
    Map<String, Set<String>> families = new TreeMap<>();
    String family = "";
    for (String line : page.lines().toList()) {
      if (line.startsWith("# HELP ")) {
        family = line.split(" ", -1)[2];
        families.put(family, new TreeSet<>());
      } else if (line.startsWith("# TYPE :") || line.startsWith("# TYPE nv_")) {
        return families; // what follows has other servers' names
      } else if (!line.startsWith("#")) {
        Matcher sample = SAMPLE.matcher(line);
        assertEquals(true, sample.matches() && sample.group(1).startsWith(family), line);
        Matcher labels = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
        while (labels.find()) {
          if (!labels.group(1).equals("le")) {
            families.getOrDefault(family, new TreeSet<>()).add(labels.group(1));
          }
        }
      }
    }
    return families;
  }
}
