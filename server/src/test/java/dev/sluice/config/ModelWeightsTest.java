package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ModelWeightsTest {
  @Test
  void modelsThatAreNotNamedHaveOne() throws ConfigException {
    ModelWeights weights = ModelWeights.parse("bert=0.125, tiny=8,a=b=1");
    assertEquals(0.125, weights.of("bert"));
    assertEquals(8, weights.of("tiny"));
    assertEquals(1, weights.of("a=b"));
    assertEquals(1, weights.of("any"));
    assertFalse(weights.areEqual());
  }

  @Test
  void nothingMakesAllEqual() throws ConfigException {
    assertTrue(ModelWeights.parse("").areEqual());
  }

  @Test
  void whatIsOutOfBoundsOrNoNumberIsNamed() {
    for (String part : List.of("m=0", "m=0.1", "m=9", "m=", "m=x", "m=NaN")) {
      ConfigException failure =
          assertThrows(ConfigException.class, () -> ModelWeights.parse("a=1," + part));
      assertEquals(
          "--model_weights: expected MODEL=weight with weights from 0.125 to 8.0, found '"
              + part
              + "'",
          failure.text());
    }
  }

  @Test
  void aWeightNeedsAModel() {
    ConfigException failure = assertThrows(ConfigException.class, () -> ModelWeights.parse("2"));
    assertTrue(failure.text().endsWith("found a number without a model"), failure::text);
  }
}
