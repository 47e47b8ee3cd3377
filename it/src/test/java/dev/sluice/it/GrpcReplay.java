package dev.sluice.it;

import com.google.gson.JsonObject;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.sluice.protos.serving.ClassificationResponse;
import dev.sluice.protos.serving.GetModelMetadataResponse;
import dev.sluice.protos.serving.GetModelStatusResponse;
import dev.sluice.protos.serving.MultiInferenceResponse;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.RegressionResponse;
import dev.sluice.protos.serving.ReloadConfigResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Replays recorded gRPC cases, byte for byte. */
final class GrpcReplay implements AutoCloseable {
  private final ManagedChannel channel;

  GrpcReplay(int port) {
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** Returns what is different from the recorded answer, or an empty text. */
  String difference(JsonObject recorded) throws InvalidProtocolBufferException {
    String method = recorded.get("method").getAsString();
    String expectedCode = recorded.get("code").getAsString();
    byte[] response;
    try {
      response =
          ClientCalls.blockingUnaryCall(
              channel,
              descriptor(recorded.get("service").getAsString() + "/" + method),
              CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
              bytes(recorded, "request_b64"));
    } catch (StatusRuntimeException e) {
      String text = Objects.requireNonNullElse(e.getStatus().getDescription(), "");
      String expected = recorded.get("message").getAsString();
      boolean same = recorded.has("compare") || ConformanceCorpus.normalized(text).equals(expected);
      return e.getStatus().getCode().name().equals(expectedCode) && same
          ? ""
          : e.getStatus() + ", expected " + expectedCode + " " + expected;
    }
    if (!expectedCode.equals("OK")) {
      return "OK, expected " + expectedCode + " " + recorded.get("message");
    }
    byte[] expected = bytes(recorded, "response_b64");
    if (Arrays.equals(response, expected)) {
      return "";
    }
    Message found = parse(method, response);
    Message wanted = parse(method, expected);
    return Closeness.close(found, wanted) ? "" : "found " + found + " expected " + wanted;
  }

  private static byte[] bytes(JsonObject recorded, String member) {
    return Base64.getDecoder().decode(recorded.get(member).getAsString());
  }

  private static Message parse(String method, byte[] bytes) throws InvalidProtocolBufferException {
    return switch (method) {
      case "Predict" -> PredictResponse.parseFrom(bytes);
      case "Classify" -> ClassificationResponse.parseFrom(bytes);
      case "Regress" -> RegressionResponse.parseFrom(bytes);
      case "MultiInference" -> MultiInferenceResponse.parseFrom(bytes);
      case "GetModelMetadata" -> GetModelMetadataResponse.parseFrom(bytes);
      case "GetModelStatus" -> GetModelStatusResponse.parseFrom(bytes);
      case "HandleReloadConfigRequest" -> ReloadConfigResponse.parseFrom(bytes);
      case "Check" -> HealthCheckResponse.parseFrom(bytes);
      default -> throw new IllegalArgumentException("no response is known of method " + method);
    };
  }

  /** Returns a method whose messages are bytes, which need not be any message. */
  static MethodDescriptor<byte[], byte[]> descriptor(String method) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(method)
        .setRequestMarshaller(new Bytes())
        .setResponseMarshaller(new Bytes())
        .build();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
