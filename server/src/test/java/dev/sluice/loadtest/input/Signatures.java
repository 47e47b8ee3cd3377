package dev.sluice.loadtest.input;

import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorShapeProto;

/** Signatures for tests. */
final class Signatures {
  private Signatures() {}

  static TensorInfo info(DataType dtype, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorInfo.newBuilder().setDtype(dtype).setTensorShape(dimensions).build();
  }

  static SignatureDef of(String input, DataType dtype, long... shape) {
    return SignatureDef.newBuilder().putInputs(input, info(dtype, shape)).build();
  }

  static SignatureDef ofUnknownRank(String input, DataType dtype) {
    TensorInfo.Builder info = TensorInfo.newBuilder().setDtype(dtype);
    info.getTensorShapeBuilder().setUnknownRank(true);
    return SignatureDef.newBuilder().putInputs(input, info.build()).build();
  }
}
