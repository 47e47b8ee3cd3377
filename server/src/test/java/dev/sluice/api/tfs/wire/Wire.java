package dev.sluice.api.tfs.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.sluice.api.tfs.CountingTensors;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Builds messages, cuts them into buffers, decodes them. */
final class Wire {
  private Wire() {}

  static TensorSpec spec(String name) {
    return new TensorSpec(name, DataType.FLOAT, false, Shape.unknownRank(), name + ":0");
  }

  static MessageBytes whole(MessageLite message) {
    return MessageBytes.of(message.toByteString().asReadOnlyByteBuffer());
  }

  /** Cuts bytes into heap and direct buffers at random places; some are empty. */
  static MessageBytes cut(byte[] bytes, Random random) {
    List<ByteBuffer> parts = new ArrayList<>();
    int largest = 1 + random.nextInt(1 + Math.min(bytes.length, 1 << random.nextInt(12)));
    for (int start = 0; start < bytes.length; ) {
      int length = Math.min(bytes.length - start, random.nextInt(largest + 1));
      ByteBuffer part =
          random.nextBoolean()
              ? ByteBuffer.allocateDirect(length + 3)
              : ByteBuffer.allocate(length + 3);
      part.position(random.nextInt(4));
      part.mark().put(bytes, start, length).limit(part.position()).reset();
      parts.add(part);
      start += length;
    }
    return MessageBytes.of(parts.toArray(ByteBuffer[]::new));
  }

  static PredictRequest request(String alias, TensorProto tensor) {
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName("m"))
        .putInputs(alias, tensor)
        .build();
  }

  static TensorShapeProto shape(long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(dim));
    }
    return shape.build();
  }

  static TensorProto.Builder tensor(DataType dtype, long... dims) {
    return TensorProto.newBuilder().setDtypeValue(dtype.number()).setTensorShape(shape(dims));
  }

  /** Decodes the input {@code x} of a message; the caller closes the tensor. */
  static Tensor decode(MessageBytes message, CountingTensors memory)
      throws MalformedMessageException, ServingException {
    PredictRequestHead head = PredictRequestHead.scan(message);
    List<Tensor> allocated = new ArrayList<>();
    boolean decoded = false;
    try {
      boolean found =
          head.decode(
              0,
              spec("x"),
              (dtype, shape, size) -> {
                Tensor tensor = memory.allocate(dtype, shape, size);
                allocated.add(tensor);
                return tensor;
              });
      if (!found || allocated.size() != 1) {
        throw new AssertionError("found " + found + ", allocated " + allocated.size());
      }
      decoded = true;
      return allocated.getFirst();
    } finally {
      if (!decoded) {
        allocated.forEach(Tensor::close);
      }
    }
  }

  static Tensor decode(TensorProto tensor, CountingTensors memory)
      throws MalformedMessageException, ServingException {
    return decode(whole(request("x", tensor)), memory);
  }

  static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }
}
