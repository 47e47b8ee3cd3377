package dev.sluice.engine.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.engine.GoldenModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replays what was recorded of real models. */
final class GoldenTest {
  private final OnnxEngine engine = new OnnxEngine();

  @ParameterizedTest
  @ValueSource(
      strings = {"cancer_sklearn_onnx", "onnx_dtypes", "wine_sklearn_onnx", "wine_tf2onnx"})
  void answersAsRecorded(String model) throws Exception {
    new GoldenModel(Models.directory(model)).replay(engine);
    assertEquals(0, engine.liveTensors());
  }
}
