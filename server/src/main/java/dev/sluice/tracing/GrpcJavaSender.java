package dev.sluice.tracing;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends what OpenTelemetry's SDK has encoded, by grpc-java. Thread-safe; never blocks. */
final class GrpcJavaSender implements GrpcSender {
  private static final byte[] NOTHING = {};

  private final ManagedChannel channel;
  private final MethodDescriptor<byte[], byte[]> method;
  private final CallOptions options;
  private final Duration timeout;
  private final Supplier<Map<String, List<String>>> headers;

  /**
   * Creates a sender, which closes the channel.
   *
   * @param encoding how messages are compressed, such as {@code gzip}
   * @param headers for each call anew: a token may change
   */
  GrpcJavaSender(
      ManagedChannel channel,
      String fullMethodName,
      String encoding,
      Duration timeout,
      Supplier<Map<String, List<String>>> headers) {
    this.channel = channel;
    this.method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(fullMethodName)
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    this.options = CallOptions.DEFAULT.withCompression(encoding);
    this.timeout = timeout;
    this.headers = headers;
  }

  /** A response of gRPC as the SDK sees it. */
  private static final class Response implements GrpcResponse {
    private final Status status;
    private final byte[] message;

    Response(Status status, byte[] message) {
      this.status = status;
      this.message = message;
    }

    @Override
    public GrpcStatusCode getStatusCode() {
      return GrpcStatusCode.fromValue(status.getCode().value());
    }

    @Override
    public @Nullable String getStatusDescription() {
      return status.getDescription();
    }

    @Override
    public byte[] getResponseMessage() {
      return message;
    }
  }

  @Override
  public void send(
      MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
    byte[] encoded;
    try {
      encoded = encoded(message);
    } catch (IOException e) {
      onError.accept(e);
      return;
    }
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            method, timeout.isPositive() ? options.withDeadlineAfter(timeout) : options);
    call.start(new End(onResponse), metadata());
    call.sendMessage(encoded);
    call.halfClose();
    call.request(2); // a second one would be refused
  }

  /** The writer's memory is used again once sending has begun. */
  private static byte[] encoded(MessageWriter message) throws IOException {
    ByteArrayOutputStream bytes =
        new ByteArrayOutputStream(Math.max(message.getContentLength(), 32));
    message.writeMessage(bytes);
    return bytes.toByteArray();
  }

  private Metadata metadata() {
    Metadata metadata = new Metadata();
    Map<String, List<String>> given = headers.get();
    if (given != null) {
      given.forEach(
          (name, values) ->
              metadata.put(
                  Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER),
                  String.join(",", values)));
    }
    return metadata;
  }

  @Override
  public CompletableResultCode shutdown() {
    channel.shutdownNow();
    return CompletableResultCode.ofSuccess();
  }

  /** Waits for the one response. The transport calls one method after the other. */
  private static final class End extends ClientCall.Listener<byte[]> {
    private final Consumer<GrpcResponse> onResponse;
    private byte[] received = NOTHING;

    End(Consumer<GrpcResponse> onResponse) {
      this.onResponse = onResponse;
    }

    @Override
    public void onMessage(byte[] message) {
      received = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      onResponse.accept(new Response(status, received));
    }
  }

  /** Messages that are bytes already, or are left so. */
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
