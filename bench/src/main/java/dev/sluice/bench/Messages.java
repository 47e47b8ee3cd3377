package dev.sluice.bench;

import com.google.protobuf.ByteString;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.StringJoiner;

/** Requests with one row of floats, in the forms that clients send. */
final class Messages {
  static final String SIGNATURE = "serving_default";
  static final String INPUT = "x";

  private static final long SEED = 7;

  private Messages() {}

  /** Returns values between 1 and 10, always the same ones. */
  static float[] values(int count) {
    Random random = new Random(SEED);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 1 + 9 * random.nextFloat();
    }
    return values;
  }

  /** Returns a serialized PredictRequest. */
  static byte[] predictRequest(float[] values, boolean asContent) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(shape(values.length));
    if (asContent) {
      ByteBuffer content = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      content.asFloatBuffer().put(values);
      tensor.setTensorContent(ByteString.copyFrom(content));
    } else {
      for (float value : values) {
        tensor.addFloatVal(value);
      }
    }
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName("m"))
        .putInputs(INPUT, tensor.build())
        .build()
        .toByteArray();
  }

  private static TensorShapeProto shape(long columns) {
    return TensorShapeProto.newBuilder()
        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1))
        .addDim(TensorShapeProto.Dim.newBuilder().setSize(columns))
        .build();
  }

  /** Returns a body in row form; numbers have the digits that Python writes for such floats. */
  static byte[] json(float[] values) {
    StringJoiner row = new StringJoiner(",", "{\"instances\":[[", "]]}");
    for (float value : values) {
      row.add(Double.toString(value));
    }
    return row.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
