package dev.sluice.check;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.sluice.check.Finding.Severity;
import dev.sluice.client.show.SafeText;
import dev.sluice.client.show.Screen;
import dev.sluice.client.show.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that a check found.
 *
 * @param settings what the server would be like, in a few lines
 * @param findings in the order in which they were found
 * @param plan what would be served
 * @param changes what a running server would do; empty if none was asked
 */
public record CheckReport(
    List<String> settings,
    List<Finding> findings,
    List<PlannedModel> plan,
    Optional<List<Comparison.Change>> changes) {
  private static final int OK = 0;
  private static final int WARNED = 1;
  private static final int REFUSED = 2;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
  private static final int PER_UNIT = 1024;

  public CheckReport {
    settings = List.copyOf(settings);
    findings = List.copyOf(findings);
    plan = List.copyOf(plan);
    changes = changes.map(List::copyOf);
  }

  /**
   * Returns the exit status.
   *
   * @param strict true if warnings count
   */
  public int status(boolean strict) {
    if (count(Severity.ERROR) > 0) {
      return REFUSED;
    }
    return strict && count(Severity.WARNING) > 0 ? WARNED : OK;
  }

  private long count(Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  /** Returns the report for people, each line with its end. */
  public String text(Screen screen) {
    StringBuilder text = new StringBuilder();
    settings.forEach(line -> text.append(SafeText.lines(line)).append('\n'));
    if (!plan.isEmpty()) {
      text.append('\n').append(planTable(screen.ellipsis()).render(screen.width()));
    }
    changes.ifPresent(all -> text.append('\n').append(changeTable(all, screen)));
    for (Severity severity : Severity.values()) {
      for (Finding finding : findings) {
        if (finding.severity() == severity) {
          text.append('\n')
              .append(severity.name().toLowerCase(Locale.ROOT))
              .append(": ")
              .append(SafeText.lines(finding.text()))
              .append('\n');
        }
      }
    }
    return text.append(text.isEmpty() ? "" : "\n").append(summary()).append('\n').toString();
  }

  private String summary() {
    long errors = count(Severity.ERROR);
    long warnings = count(Severity.WARNING);
    if (errors + warnings == 0) {
      return "All is well.";
    }
    return "%s, %s".formatted(counted(errors, "error"), counted(warnings, "warning"));
  }

  private static String counted(long count, String what) {
    return "%d %s%s".formatted(count, what, count == 1 ? "" : "s");
  }

  private Table planTable(String ellipsis) {
    Table table = new Table(ellipsis);
    table.column("MODEL", false);
    table.column("VERSION", true);
    table.column("ENGINE", false);
    table.column("SIZE", true);
    table.column("BASE PATH", false);
    for (PlannedModel model : plan) {
      String name = SafeText.lines(model.name());
      String path = SafeText.lines(model.basePath().toString());
      if (model.versions().isEmpty()) {
        table.row(cells(name, "-", "", "", path));
      }
      for (PlannedModel.Version version : model.versions()) {
        table.row(
            cells(
                name,
                Long.toString(version.number()),
                version.isLoadable() ? version.engine() : "none",
                size(version.bytes()),
                path));
        name = "";
        path = "";
      }
    }
    return table;
  }

  private static String changeTable(List<Comparison.Change> changes, Screen screen) {
    if (changes.stream().allMatch(change -> change.step() == Comparison.Step.KEEP)) {
      return "The running server has all of these already, and nothing else.\n";
    }
    Table table = new Table(screen.ellipsis());
    table.column("", false);
    table.column("ON THE RUNNING SERVER", false);
    table.column("VERSION", true);
    table.column("", false);
    for (Comparison.Change change : changes) {
      table.row(
          cells(
              change.step().sign(),
              SafeText.lines(change.model()),
              change.version(),
              (change.step().name().toLowerCase(Locale.ROOT) + " " + change.detail()).strip()));
    }
    return table.render(screen.width());
  }

  private static List<List<String>> cells(String... cells) {
    return Arrays.stream(cells).map(cell -> List.of(cell)).toList();
  }

  private static String size(OptionalLong bytes) {
    return bytes.isPresent() ? size(bytes.getAsLong()) : "";
  }

  /** Returns a size with its unit. */
  static String size(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= PER_UNIT && unit < UNITS.length - 1) {
      size /= PER_UNIT;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
  }

  /** Returns the report for programs, in one line. */
  public String json() {
    JsonObject json = new JsonObject();
    json.addProperty("errors", count(Severity.ERROR));
    json.addProperty("warnings", count(Severity.WARNING));
    JsonArray all = new JsonArray();
    for (Finding finding : findings) {
      JsonObject one = new JsonObject();
      one.addProperty("severity", finding.severity().name().toLowerCase(Locale.ROOT));
      one.addProperty("text", finding.text());
      all.add(one);
    }
    json.add("findings", all);
    json.add("models", planJson());
    changes.ifPresent(list -> json.add("changes", changesJson(list)));
    return json.toString();
  }

  private JsonArray planJson() {
    JsonArray models = new JsonArray();
    for (PlannedModel model : plan) {
      JsonArray versions = new JsonArray();
      for (PlannedModel.Version version : model.versions()) {
        JsonObject one = new JsonObject();
        one.addProperty("version", version.number());
        one.addProperty("engine", version.engine());
        version.bytes().ifPresent(bytes -> one.addProperty("bytes", bytes));
        versions.add(one);
      }
      JsonObject one = new JsonObject();
      one.addProperty("name", model.name());
      one.addProperty("base_path", model.basePath().toString());
      one.add("versions", versions);
      models.add(one);
    }
    return models;
  }

  private static JsonArray changesJson(List<Comparison.Change> changes) {
    JsonArray array = new JsonArray();
    for (Comparison.Change change : changes) {
      JsonObject one = new JsonObject();
      one.addProperty("step", change.step().name().toLowerCase(Locale.ROOT));
      one.addProperty("model", change.model());
      one.addProperty("version", change.version());
      one.addProperty("detail", change.detail());
      array.add(one);
    }
    return array;
  }
}
