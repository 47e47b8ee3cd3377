package dev.sluice.demo;

import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Asks a server for the class of a digit over gRPC. Confined to one thread. */
final class GrpcDigits implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 30;

  private final ManagedChannel channel;
  private final String model;

  GrpcDigits(String host, int port, String model) {
    this.channel = NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
    this.model = model;
  }

  /**
   * Sends one digit.
   *
   * @param version the version that must answer
   * @throws IOException if the server cannot be reached or answers anything but that version's
   *     prediction
   */
  Prediction predict(Digit digit, long version) throws IOException {
    PredictResponse response;
    try {
      response =
          PredictionServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .predict(request(digit));
    } catch (StatusRuntimeException e) {
      throw new IOException("gRPC answered " + e.getStatus(), e);
    }
    long answered = response.getModelSpec().getVersion().getValue();
    if (answered != version) {
      throw new IOException("expected version " + version + " to answer, found " + answered);
    }
    TensorProto classes = response.getOutputsOrThrow("class");
    TensorProto probabilities = response.getOutputsOrThrow("probabilities");
    float[] values = new float[probabilities.getFloatValCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = probabilities.getFloatVal(i);
    }
    return new Prediction(classes.getInt64Val(0), values);
  }

  private PredictRequest request(Digit digit) {
    TensorProto.Builder images =
        TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(shape());
    for (float pixel : digit.pixels()) {
      images.addFloatVal(pixel);
    }
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(model))
        .putInputs("images", images.build())
        .build();
  }

  private static TensorShapeProto shape() {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int size : new int[] {1, Digit.SIDE, Digit.SIDE, 1}) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return shape.build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
