package dev.sluice.it;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of metrics, and in what two pages differ. */
final class MetricsPage {
  private static final String ANYTHING = "${TIME}";
  private static final Pattern SAMPLE = Pattern.compile("([^{ ]+)\\{(.*)} (\\S+)");
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");

  /** Values by line without its value; lines that differ in their paths only have several. */
  private final Map<String, Set<String>> values = new HashMap<>();

  /** Reads a page; paths count as the same, for they are another machine's. */
  MetricsPage(String text) {
    for (String line : text.lines().toList()) {
      Matcher type = TYPE.matcher(line);
      Matcher sample = SAMPLE.matcher(line);
      if (type.matches()) {
        add("# TYPE " + type.group(1), type.group(2));
      } else if (sample.matches()) {
        String labels = sample.group(2).replaceAll("model_path=\"[^\"]*\"", "model_path=\"\"");
        add(sample.group(1) + "{" + labels + "}", sample.group(3));
      } else {
        throw new AssertionError("no line of metrics: " + line);
      }
    }
  }

  private void add(String key, String value) {
    values.computeIfAbsent(key, absent -> new HashSet<>()).add(value);
  }

  /**
   * Returns what differs between this page and the wanted one, sorted: types by {@code # TYPE} and
   * name, cells by name and labels, a histogram's as one.
   */
  Set<String> differencesFrom(MetricsPage wanted) {
    Set<String> keys = new HashSet<>(values.keySet());
    keys.addAll(wanted.values.keySet());
    Set<String> differences = new TreeSet<>();
    for (String key : keys) {
      Set<String> found = values.getOrDefault(key, Set.of());
      Set<String> expected = wanted.values.getOrDefault(key, Set.of());
      boolean same =
          found.isEmpty() == expected.isEmpty()
              && (expected.contains(ANYTHING) || expected.containsAll(found));
      if (!same) {
        differences.add(cell(key, wanted));
      }
    }
    return differences;
  }

  private String cell(String key, MetricsPage other) {
    int brace = key.indexOf('{');
    String name = brace < 0 ? key : key.substring(0, brace);
    String whole = name.replaceFirst("_(bucket|sum|count)$", "");
    return isHistogram(whole) || other.isHistogram(whole)
        ? whole + key.substring(brace).replaceFirst(",?le=\"[^\"]*\"", "")
        : key;
  }

  private boolean isHistogram(String name) {
    return values.getOrDefault("# TYPE " + name, Set.of()).contains("histogram");
  }
}
