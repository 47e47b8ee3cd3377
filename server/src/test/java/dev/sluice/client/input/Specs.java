package dev.sluice.client.input;

import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/** Signatures, files and values for tests. */
final class Specs {
  private Specs() {}

  static TensorSpec spec(DataType dtype, long... dims) {
    return new TensorSpec("x", dtype, true, Arrays.stream(dims).boxed().toList());
  }

  static SignatureDef.Builder signature() {
    return SignatureDef.newBuilder();
  }

  static TensorInfo info(DataType dtype, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : dims) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorInfo.newBuilder().setDtype(dtype).setTensorShape(shape).build();
  }

  /** Returns a file that NumPy or Pillow wrote. */
  static byte[] file(String name) throws IOException {
    try (InputStream in = Specs.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("no " + name);
      }
      return in.readAllBytes();
    }
  }

  static List<Double> reals(NamedTensor tensor) {
    return Arrays.stream(((Values.Reals) tensor.values()).elements()).boxed().toList();
  }

  static List<Long> integers(NamedTensor tensor) {
    return Arrays.stream(((Values.Integers) tensor.values()).elements()).boxed().toList();
  }

  static List<String> texts(NamedTensor tensor) {
    return ((Values.Texts) tensor.values())
        .elements().stream().map(text -> text.toStringUtf8()).toList();
  }
}
