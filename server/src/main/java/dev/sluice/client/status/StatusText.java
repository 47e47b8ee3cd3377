package dev.sluice.client.status;

import dev.sluice.client.show.Screen;
import dev.sluice.client.show.Table;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's state as a table for people. */
final class StatusText {
  static final double MEDIAN = 0.5;
  static final double LAST_PERCENT = 0.99;

  private static final String NONE = "-";

  /** Terminal colours of states: green, yellow, red. */
  private static final Map<String, String> COLOURS =
      Map.of(
          VersionState.AVAILABLE, "\u001b[32m",
          VersionState.LOADING, "\u001b[33m",
          VersionState.UNLOADING, "\u001b[33m",
          VersionState.END, "\u001b[31m");

  private static final String PLAIN = "\u001b[0m";

  /** A state between its neighbours in the table. */
  private static final Pattern STATE =
      Pattern.compile("(?<=  )(%s)(?=  |\\n)".formatted(String.join("|", COLOURS.keySet())));

  private static final int MINUTE = 60;
  private static final int HOUR = 3600;
  private static final int DAY = 86_400;

  private final Screen screen;
  private final boolean colours;
  private final boolean all;

  /**
   * Creates a writer.
   *
   * @param colours true if what is shown goes to a terminal
   * @param all false leaves out versions that are gone
   */
  StatusText(Screen screen, boolean colours, boolean all) {
    this.screen = screen;
    this.colours = colours;
    this.all = all;
  }

  /** Returns the text, each line with its end. */
  String of(URI server, Sample sample) {
    ServerState state = sample.state();
    StringBuilder text = new StringBuilder(title(server, sample)).append("\n\n");
    List<VersionState> shown =
        state.versions().stream().filter(version -> all || !version.isGone()).toList();
    if (shown.isEmpty()) {
      text.append("No version of any model is there.\n");
    } else {
      text.append(coloured(table(shown, sample).render(screen.width())));
    }
    int left = state.versions().size() - shown.size();
    if (left > 0) {
      text.append("\n%d version%s gone: --all\n".formatted(left, left == 1 ? " is" : "s are"));
    }
    for (VersionState version : shown) {
      if (!version.reason().isEmpty()) {
        text.append('\n').append(folded(version.title() + ": " + version.reason()));
      }
    }
    return text.toString();
  }

  private static String title(URI server, Sample sample) {
    List<String> parts = new ArrayList<>();
    parts.add(server.toString());
    if (!sample.state().name().isEmpty()) {
      parts.add(sample.state().name());
    }
    parts.add(sample.state().ready() ? "ready" : "not ready");
    sample.uptime().ifPresent(seconds -> parts.add("up " + duration((long) seconds)));
    return String.join("  ", parts);
  }

  /** Returns a duration in its two largest units. */
  static String duration(long seconds) {
    if (seconds >= DAY) {
      return "%d d %d h".formatted(seconds / DAY, seconds % DAY / HOUR);
    }
    if (seconds >= HOUR) {
      return "%d h %d min".formatted(seconds / HOUR, seconds % HOUR / MINUTE);
    }
    return seconds >= MINUTE
        ? "%d min %d s".formatted(seconds / MINUTE, seconds % MINUTE)
        : seconds + " s";
  }

  private Table table(List<VersionState> versions, Sample sample) {
    Table table = new Table(screen.ellipsis());
    table.column("MODEL", false);
    table.column("VERSION", true);
    table.column("STATE", false);
    table.column("ENGINE", false);
    table.column("REQ/S", true);
    table.column("P50 MS", true);
    table.column("P99 MS", true);
    String before = "";
    Set<String> measured = new HashSet<>();
    for (VersionState version : versions) {
      String model = version.model();
      // Times are known of models only: they stand beside the first version that can be used.
      boolean first = version.isAvailable() && measured.add(model);
      table.row(
          List.of(
              List.of(model.equals(before) ? "" : model),
              List.of(version.version()),
              List.of(version.state()),
              List.of(version.engine()),
              List.of(version.isAvailable() ? digits(sample.rate(version)) : ""),
              List.of(first ? latency(sample.latency(model, MEDIAN)) : ""),
              List.of(first ? latency(sample.latency(model, LAST_PERCENT)) : "")));
      before = model;
    }
    return table;
  }

  private static String latency(Sample.Latency latency) {
    String millis = digits(latency.millis());
    return latency.sinceStart() && latency.millis().isPresent() ? "(" + millis + ")" : millis;
  }

  /** Returns a number with about three digits. */
  static String digits(OptionalDouble number) {
    if (number.isEmpty()) {
      return NONE;
    }
    double value = number.getAsDouble();
    String form = value == 0 || value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, form, value);
  }

  private String coloured(String table) {
    if (!colours) {
      return table;
    }
    Matcher state = STATE.matcher(table);
    return state.replaceAll(
        found -> COLOURS.getOrDefault(found.group(), "") + found.group() + PLAIN);
  }

  /** Returns text in lines that fit, the further ones indented. */
  private String folded(String text) {
    StringBuilder lines = new StringBuilder();
    int column = 0;
    for (String word : text.split("[ \\n]+", -1)) {
      if (column > 0 && column + 1 + word.length() > screen.width()) {
        lines.append("\n  ");
        column = 2;
      } else if (column > 0) {
        lines.append(' ');
        column++;
      }
      lines.append(word);
      column += word.length();
    }
    return lines.append('\n').toString();
  }
}
