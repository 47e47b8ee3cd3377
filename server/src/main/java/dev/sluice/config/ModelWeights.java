package dev.sluice.config;

import dev.sluice.engine.EngineThreads;
import java.util.Map;

/**
 * How models share the cores when they want more than there is.
 *
 * @param byModel weights from {@link EngineThreads#LEAST_WEIGHT} to {@link
 *     EngineThreads#MOST_WEIGHT}; models that are not named have 1
 */
public record ModelWeights(Map<String, Double> byModel) {
  private static final String FLAG = "model_weights";

  private static final String EXPECTED =
      "MODEL=weight with weights from %s to %s"
          .formatted(EngineThreads.LEAST_WEIGHT, EngineThreads.MOST_WEIGHT);

  /** All have the same. */
  public static final ModelWeights EQUAL = new ModelWeights(Map.of());

  public ModelWeights {
    byModel = Map.copyOf(byModel);
  }

  /** Returns the weight of a model. */
  public double of(String model) {
    return byModel.getOrDefault(model, 1.0);
  }

  /** Returns true if no model has another weight than the others. */
  public boolean areEqual() {
    return byModel.isEmpty();
  }

  /**
   * Reads {@code bert=0.5,tiny=4}; nothing makes all equal.
   *
   * @throws ConfigException if that is no such list; the message names the part
   */
  static ModelWeights parse(String value) throws ConfigException {
    ModelNumbers numbers =
        ModelNumbers.parse(
            FLAG, value, EXPECTED, EngineThreads.LEAST_WEIGHT, EngineThreads.MOST_WEIGHT);
    if (numbers.common().isPresent()) {
      throw ConfigException.invalid(
          "--%s=%s: expected %s, found a number without a model".formatted(FLAG, value, EXPECTED));
    }
    return new ModelWeights(numbers.byModel());
  }
}
