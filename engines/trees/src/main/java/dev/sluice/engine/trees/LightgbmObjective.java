package dev.sluice.engine.trees;

import dev.sluice.engine.trees.LightgbmLink.Function;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * An objective of LightGBM as a file writes it: a name, and settings such as {@code sigmoid:1}.
 *
 * @param function the link
 * @param needsClasses true if a row has a score for each of several classes, false if it has one
 * @param sigmoid the factor of a sigmoid
 */
record LightgbmObjective(Function function, boolean needsClasses, double sigmoid) {
  private static final String CLASSES = "multiclass";
  private static final String ONE_VERSUS_ALL = "multiclassova";

  private static final Map<String, Function> BY_NAME =
      Map.ofEntries(
          Map.entry("regression", Function.IDENTITY),
          Map.entry("regression_l1", Function.IDENTITY),
          Map.entry("huber", Function.IDENTITY),
          Map.entry("fair", Function.IDENTITY),
          Map.entry("quantile", Function.IDENTITY),
          Map.entry("mape", Function.IDENTITY),
          Map.entry("lambdarank", Function.IDENTITY),
          Map.entry("rank_xendcg", Function.IDENTITY),
          Map.entry("poisson", Function.EXPONENTIAL),
          Map.entry("gamma", Function.EXPONENTIAL),
          Map.entry("tweedie", Function.EXPONENTIAL),
          Map.entry("binary", Function.SIGMOID),
          Map.entry(ONE_VERSUS_ALL, Function.SIGMOID),
          Map.entry("cross_entropy", Function.SIGMOID),
          Map.entry("xentropy", Function.SIGMOID),
          Map.entry("cross_entropy_lambda", Function.LOGARITHM_OF_EXPONENTIAL_PLUS_ONE),
          Map.entry("xentlambda", Function.LOGARITHM_OF_EXPONENTIAL_PLUS_ONE),
          Map.entry(CLASSES, Function.SOFTMAX));

  /** Those whose labels may have been replaced by their roots. */
  private static final List<String> WITH_ROOTS =
      List.of("regression", "regression_l1", "fair", "quantile", "mape");

  /** Returns what a model without an objective of LightGBM's own does: it predicts its scores. */
  static LightgbmObjective none() {
    return new LightgbmObjective(Function.IDENTITY, false, 1);
  }

  /** Parses the value of a file's objective line. */
  static LightgbmObjective parse(String line) throws ModelFormatException {
    List<String> words = List.of(line.strip().split(" +"));
    String name = words.get(0);
    if (name.equals("custom") || name.equals("none")) {
      return none();
    }
    Function function = BY_NAME.get(name);
    if (function == null) {
      throw new ModelFormatException(
          "objective %s is not supported; expected one of %s"
              .formatted(name, new TreeSet<>(BY_NAME.keySet())));
    }
    if (WITH_ROOTS.contains(name) && words.contains("sqrt")) {
      function = Function.SIGNED_SQUARE;
    }
    boolean isSigmoid = name.equals("binary") || name.equals(ONE_VERSUS_ALL);
    return new LightgbmObjective(
        function,
        name.equals(CLASSES) || name.equals(ONE_VERSUS_ALL),
        isSigmoid ? sigmoid(line, words) : 1);
  }

  private static double sigmoid(String line, List<String> words) throws ModelFormatException {
    for (String word : words) {
      if (word.startsWith("sigmoid:")) {
        try {
          double factor = Numbers.real(word.substring("sigmoid:".length()));
          if (factor > 0) {
            return factor;
          }
        } catch (NumberFormatException e) {
          break;
        }
      }
    }
    throw new ModelFormatException("expected sigmoid: and a number above 0 in objective=" + line);
  }
}
