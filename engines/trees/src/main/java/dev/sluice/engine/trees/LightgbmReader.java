package dev.sluice.engine.trees;

import dev.sluice.tensor.DataType;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a model file of LightGBM: a head of lines, the trees, and then what no prediction needs.
 */
final class LightgbmReader {
  private static final String FIRST_LINE = "tree";
  private static final String TREE = "Tree=";
  private static final Set<String> VERSIONS = Set.of("v2", "v3", "v4");

  /** Far beyond any model; an array of so many numbers is nothing to fear. */
  private static final int MOST_PER_ROUND = 1 << 20;

  private final BufferedReader in;
  private final LightgbmLines head = new LightgbmLines();

  private LightgbmReader(BufferedReader in) {
    this.in = in;
  }

  /** Reads a file. */
  static TreeModel read(Path file) throws IOException {
    // Numbers and keys are ASCII; names of features may be anything, and nobody reads them.
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      return new LightgbmReader(in).model();
    }
  }

  private TreeModel model() throws IOException {
    if (!FIRST_LINE.equals(in.readLine())) {
      throw new ModelFormatException(
          "it is no text model of LightGBM: expected the first line to be '" + FIRST_LINE + "'");
    }
    String line = readHead();
    int perRound = perRound();
    LightgbmObjective objective = objective(perRound);
    int features = features();
    ForestBuilder forest = new ForestBuilder(features);
    int trees = 0;
    while (line != null && line.startsWith(TREE)) {
      forest.add(new LightgbmTree(readTree()), trees % perRound);
      trees++;
      line = nextLine();
    }
    checkEnd(line, trees, perRound);
    double divisor = head.has("average_output") ? trees / perRound : 1;
    return new TreeModel(
        features,
        DataType.DOUBLE,
        forest.build(new double[perRound], false, LightgbmTree.TINY),
        new LightgbmLink(objective.function(), objective.sigmoid(), divisor));
  }

  /** Reads the lines up to the first tree; returns the line that ended them. */
  private @Nullable String readHead() throws IOException {
    String line = nextLine();
    while (line != null && !line.startsWith(TREE) && !isEnd(line)) {
      head.add(line);
      line = nextLine();
    }
    if (!VERSIONS.contains(head.text("version"))) {
      throw new ModelFormatException(
          "version %s of the format is not supported; expected one of v2, v3, v4"
              .formatted(head.text("version")));
    }
    return line;
  }

  /** Reads the lines of a tree, which an empty one ends. */
  private LightgbmLines readTree() throws IOException {
    LightgbmLines lines = new LightgbmLines();
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      lines.add(line);
    }
    return lines;
  }

  /** Returns the next line that is not empty, or null at the end. */
  private @Nullable String nextLine() throws IOException {
    String line = in.readLine();
    while (line != null && line.isEmpty()) {
      line = in.readLine();
    }
    return line;
  }

  /** The first of them is missing in files of old versions. */
  private static boolean isEnd(String line) {
    return line.equals("end of trees")
        || line.startsWith("feature importances:")
        || line.startsWith("feature_importances:");
  }

  private int perRound() throws ModelFormatException {
    int perRound = head.whole("num_tree_per_iteration", head.whole("num_class", 1));
    if (perRound < 1 || perRound > MOST_PER_ROUND) {
      throw new ModelFormatException("num_tree_per_iteration is " + perRound);
    }
    return perRound;
  }

  private LightgbmObjective objective(int perRound) throws ModelFormatException {
    if (!head.has("objective")) {
      return LightgbmObjective.none();
    }
    String text = head.text("objective");
    LightgbmObjective objective = LightgbmObjective.parse(text);
    boolean isOwn = text.startsWith("custom") || text.startsWith("none");
    if (!isOwn && objective.needsClasses() != perRound > 1) {
      throw new ModelFormatException(
          "objective %s does not go with num_tree_per_iteration %d".formatted(text, perRound));
    }
    return objective;
  }

  private int features() throws ModelFormatException {
    int last = head.whole("max_feature_idx");
    if (last < 0 || last == Integer.MAX_VALUE) {
      throw new ModelFormatException("max_feature_idx is " + last);
    }
    return last + 1;
  }

  private void checkEnd(@Nullable String line, int trees, int perRound)
      throws ModelFormatException {
    if (line == null || !isEnd(line)) {
      throw new ModelFormatException(
          "expected 'end of trees' behind tree %d, found %s"
              .formatted(trees - 1, line == null ? "the end of the file" : "another line"));
    }
    int claimed = head.has("tree_sizes") ? head.text("tree_sizes").split(" ", -1).length : trees;
    if (trees == 0 || trees != claimed || trees % perRound != 0) {
      throw new ModelFormatException(
          "expected %d trees, a multiple of %d; found %d".formatted(claimed, perRound, trees));
    }
  }
}
