package dev.sluice.config.yaml;

import dev.sluice.config.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * What is wrong in a file, each with its place and the line there, so that all of it can be mended
 * at once. Confined to one thread.
 */
final class Mistakes {
  /** More than these are hardly the writer's own. */
  private static final int MOST = 20;

  private static final int LONGEST_LINE = 120;

  private final Path file;
  private final List<String> lines;
  private final List<Mistake> found = new ArrayList<>();

  /** One of them; line and column from 1, or 0 where there is no place. */
  private record Mistake(int line, int column, String problem) {
    static final Comparator<Mistake> BY_PLACE =
        Comparator.comparingInt(Mistake::line).thenComparingInt(Mistake::column);
  }

  Mistakes(Path file, String text) {
    this.file = file;
    this.lines = text.lines().toList();
  }

  /** Notes that something is wrong at the beginning of a node. */
  void add(Node node, String problem) {
    add(node.getStartMark(), problem);
  }

  /** Notes that something is wrong at a place, if that is known. */
  void add(Optional<Mark> place, String problem) {
    found.add(
        place
            .map(mark -> new Mistake(mark.getLine() + 1, mark.getColumn() + 1, problem))
            .orElseGet(() -> new Mistake(0, 0, problem)));
  }

  /** Returns the line of a node, for those who mention it. */
  static String lineOf(Node node) {
    return node.getStartMark().map(mark -> "line " + (mark.getLine() + 1)).orElse("elsewhere");
  }

  /**
   * Does nothing if nothing was wrong.
   *
   * @throws ConfigException that tells all of it, in the order of the file
   */
  void refuse() throws ConfigException {
    if (found.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder();
    if (found.size() > 1) {
      text.append("%s: %d mistakes%n".formatted(file, found.size()));
    }
    found.stream().sorted(Mistake.BY_PLACE).limit(MOST).forEach(mistake -> append(text, mistake));
    if (found.size() > MOST) {
      text.append("and %d more%n".formatted(found.size() - MOST));
    }
    throw ConfigException.invalid(text.toString().stripTrailing());
  }

  private void append(StringBuilder text, Mistake mistake) {
    text.append(file);
    if (mistake.line > 0) {
      text.append(':').append(mistake.line).append(':').append(mistake.column);
    }
    text.append(": ").append(mistake.problem).append('\n');
    if (mistake.line > 0 && mistake.line <= lines.size()) {
      String line = Secrets.hideIn(lines.get(mistake.line - 1).replace('\t', ' '));
      String margin = "%5d | ".formatted(mistake.line);
      text.append(margin).append(cut(line)).append('\n');
      if (mistake.column <= LONGEST_LINE) {
        text.repeat(' ', margin.length() - 2).append("| ");
        text.repeat(' ', mistake.column - 1).append("^\n");
      }
    }
  }

  private static String cut(String line) {
    return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "...";
  }
}
