package dev.sluice.loadtest.input;

import com.google.protobuf.ByteString;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Values;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Writes tensors as protobuf, in the compact form that TensorFlow's own clients use. */
public final class TensorBytes {
  private static final int LONGEST_ELEMENT = 8;
  private static final int BFLOAT16_SHIFT = 16;

  private TensorBytes() {}

  /** Returns a request with these inputs. */
  public static PredictRequest request(ModelSpec model, List<NamedTensor> inputs) {
    PredictRequest.Builder request = PredictRequest.newBuilder().setModelSpec(model);
    inputs.forEach(input -> request.putInputs(input.name(), proto(input)));
    return request.build();
  }

  static TensorProto proto(NamedTensor tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    tensor.shape().forEach(size -> shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size)));
    TensorProto.Builder proto =
        TensorProto.newBuilder().setDtype(tensor.dtype()).setTensorShape(shape);
    switch (tensor.values()) {
      case Values.Texts(var texts) -> proto.addAllStringVal(texts);
      case Values values -> proto.setTensorContent(content(tensor.dtype(), values));
    }
    return proto.build();
  }

  private static ByteString content(DataType dtype, Values values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.count(), LONGEST_ELEMENT))
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (values) {
      case Values.Reals(double[] elements) -> {
        for (double element : elements) {
          putReal(bytes, dtype, element);
        }
      }
      case Values.Integers(long[] elements) -> {
        for (long element : elements) {
          putInteger(bytes, dtype, element);
        }
      }
      case Values.Booleans(boolean[] elements) -> {
        for (boolean element : elements) {
          bytes.put((byte) (element ? 1 : 0));
        }
      }
      case Values.Texts _ -> throw new IllegalArgumentException("strings have no fixed size");
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private static void putReal(ByteBuffer bytes, DataType dtype, double value) {
    switch (dtype) {
      case DT_FLOAT -> bytes.putFloat((float) value);
      case DT_DOUBLE -> bytes.putDouble(value);
      case DT_HALF -> bytes.putShort(Float.floatToFloat16((float) value));
      case DT_BFLOAT16 ->
          bytes.putShort((short) (Float.floatToRawIntBits((float) value) >>> BFLOAT16_SHIFT));
      default -> throw new IllegalArgumentException(dtype + " has no fractions");
    }
  }

  private static void putInteger(ByteBuffer bytes, DataType dtype, long value) {
    switch (dtype) {
      case DT_INT8, DT_UINT8 -> bytes.put((byte) value);
      case DT_INT16, DT_UINT16 -> bytes.putShort((short) value);
      case DT_INT32, DT_UINT32 -> bytes.putInt((int) value);
      case DT_INT64, DT_UINT64 -> bytes.putLong(value);
      default -> throw new IllegalArgumentException(dtype + " has no whole numbers");
    }
  }
}
