package dev.sluice.engine.trees;

import dev.sluice.tensor.DataType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a model file of XGBoost, JSON or UBJSON, of any version that wrote such (since 1.0).
 *
 * <p>Fields come in the order of the alphabet, the trees before the number of features: so all is
 * read first, and checked then.
 */
final class XgboostReader {
  /** Features are what they are, also very close to 0. */
  static final double NOTHING_IS_TINY = -1;

  /** Far beyond any model; an array of so many numbers is nothing to fear. */
  private static final int MOST_GROUPS = 1 << 20;

  private final Document in;
  private final Map<String, String> params = new HashMap<>();
  private int[] version = new int[0];
  private String objective = "";
  private @Nullable XgboostBooster booster;
  private @Nullable String bestIteration;

  private XgboostReader(Document in) {
    this.in = in;
  }

  /** Reads a file. */
  static TreeModel read(Path file) throws IOException {
    try (ByteReader bytes = ByteReader.open(file)) {
      if (bytes.peek() != '{') {
        throw new ModelFormatException(
            "it is neither JSON nor UBJSON. XGBoost's old binary format is not supported; to write"
                + " the model again, load it with an XGBoost before 3.1 and call"
                + " save_model('model.ubj')");
      }
      XgboostReader reader = new XgboostReader(Document.of(bytes));
      reader.in.root(reader::readField);
      return reader.model();
    }
  }

  private void readField(String field) throws IOException {
    switch (field) {
      case "version" -> version = in.wholes();
      case "learner" -> in.object(this::readLearnerField);
      default -> in.skip();
    }
  }

  private void readLearnerField(String field) throws IOException {
    switch (field) {
      case "learner_model_param" -> params.putAll(in.texts());
      case "objective" -> in.object(this::readObjectiveField);
      case "gradient_booster" -> booster = XgboostBooster.read(in);
      case "attributes" -> in.object(this::readAttribute);
      default -> in.skip();
    }
  }

  private void readObjectiveField(String field) throws IOException {
    if (field.equals("name")) {
      objective = in.text();
    } else {
      in.skip();
    }
  }

  private void readAttribute(String name) throws IOException {
    if (name.equals("best_iteration")) {
      bestIteration = in.text();
    } else {
      in.skip();
    }
  }

  private TreeModel model() throws ModelFormatException {
    XgboostBooster read = booster;
    if (read == null || version.length < 2) {
      throw new ModelFormatException(
          "it is no model of XGBoost: expected 'learner' with a 'gradient_booster', and 'version'");
    }
    XgboostObjective goal =
        XgboostObjective.of(objective, new XgboostVersion(version[0], version[1]));
    XgboostParams learner = new XgboostParams("learner_model_param", params);
    int features = learner.count("num_feature");
    if (features == 0) {
      throw new ModelFormatException("the model has no features");
    }
    int groups = groups(learner, goal);
    double[] start = start(learner, goal, groups);
    RawScores scores =
        read.isLinear()
            ? read.linear(features, groups, start[0])
            : read.forest(features, start, rounds());
    return new TreeModel(features, DataType.FLOAT, scores, goal.link());
  }

  /** Returns how many scores a row has: one for each class, or for each target. */
  private static int groups(XgboostParams learner, XgboostObjective goal)
      throws ModelFormatException {
    int classes = learner.whole("num_class", 0);
    int targets = learner.whole("num_target", 1);
    if ((goal.needsClasses() && classes < 2) || (classes > 1 && targets > 1)) {
      throw new ModelFormatException(
          "the objective does not go with num_class %d and num_target %d"
              .formatted(classes, targets));
    }
    int groups = Math.max(1, Math.max(classes, targets));
    if (groups > MOST_GROUPS) {
      throw new ModelFormatException("a row has more than " + MOST_GROUPS + " scores: " + groups);
    }
    return groups;
  }

  /** Returns the scores to begin with; up to 3.0 there is one for all groups. */
  private static double[] start(XgboostParams learner, XgboostObjective goal, int groups)
      throws ModelFormatException {
    List<Float> base = learner.reals("base_score");
    if (base.size() != 1 && base.size() != groups) {
      throw new ModelFormatException(
          "base_score has %d numbers for %d scores".formatted(base.size(), groups));
    }
    double[] start = new double[groups];
    Arrays.setAll(start, group -> goal.intercept().score(base.get(base.size() == 1 ? 0 : group)));
    for (double score : start) {
      if (Double.isNaN(score) || Double.isInfinite(score)) {
        throw new ModelFormatException("base_score does not go with objective: " + base.get(0));
      }
    }
    return start;
  }

  /** Returns how many rounds count: up to the best, if training stopped early. */
  private int rounds() throws ModelFormatException {
    String best = bestIteration;
    if (best == null) {
      return 0;
    }
    int rounds;
    try {
      rounds = Math.addExact(Integer.parseInt(best), 1);
    } catch (NumberFormatException | ArithmeticException e) {
      rounds = 0;
    }
    if (rounds < 1) {
      throw new ModelFormatException("best_iteration: expected a round, found '" + best + "'");
    }
    return rounds;
  }
}
