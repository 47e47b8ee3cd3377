package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.engine.GoldenModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replays what TensorFlow Serving answered. The inputs of Classify and Regress cases are recorded
 * as tensors too, so these run as well; the few cases that the request path refuses before any
 * engine sees them do not.
 */
final class GoldenTest {
  private final TensorFlowEngine engine = new TensorFlowEngine();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "batch_probe",
        "burn",
        "counter",
        "digits",
        "dtypes",
        "half_plus_two",
        "half_plus_two_tf2",
        "recommender",
        "runtime_error",
        "text_classifier",
        "wine_keras",
        "upstream/saved_model_counter",
        "upstream/saved_model_half_plus_three",
        "upstream/saved_model_half_plus_two_tf2_cpu"
      })
  void answersAsRecorded(String model) throws Exception {
    new GoldenModel(Models.directory(model)).replay(engine);
    assertEquals(0, engine.library().liveTensors());
  }
}
