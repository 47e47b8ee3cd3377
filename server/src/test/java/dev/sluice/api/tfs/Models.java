package dev.sluice.api.tfs;

import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** One model of one float input x and output y, and requests to it. */
final class Models {
  static final String NAME = "m";

  private Models() {}

  static FakeServable identity(CountingTensors memory) {
    return identity(memory, Map.of());
  }

  static FakeServable identity(CountingTensors memory, Map<String, Tensor> defaults) {
    Signature signature =
        new Signature(
            Signature.DEFAULT_KEY,
            "tensorflow/serving/predict",
            List.of(spec("x")),
            List.of(spec("y")),
            defaults);
    return new FakeServable(Map.of(Signature.DEFAULT_KEY, signature), memory);
  }

  static TensorSpec spec(String name) {
    return new TensorSpec(name, dev.sluice.tensor.DataType.FLOAT, false, Shape.of(-1), name + ":0");
  }

  /** Returns a request with this many floats: 0, 1, 2 … */
  static PredictRequest request(int floats) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dim.newBuilder().setSize(floats)));
    for (int i = 0; i < floats; i++) {
      tensor.addFloatVal(i);
    }
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(NAME))
        .putInputs("x", tensor.build())
        .build();
  }
}
