package dev.sluice.api.grpc;

import dev.sluice.api.RequestThreads;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.predict.InputBounds;
import dev.sluice.telemetry.RequestObserver;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/**
 * A method that runs a model, as the transport sees it. Thread-safe; each call gets an {@link
 * InferenceExchange} of its own.
 *
 * @param <H> what the method reads of a request
 * @param <P> the response
 */
public final class GrpcInference<H, P> implements ServerCallHandler<MessageBytes, P> {
  private final GrpcMethod<H, P> method;
  private final RequestObserver observer;
  private final RequestThreads threads;
  private final int largestInline;
  private final InputBounds inline;

  /**
   * Creates the method.
   *
   * @param observer sees the requests
   * @param threads where requests are decoded and run
   * @param largestInline requests of more bytes than this are decoded on a worker
   */
  public GrpcInference(
      GrpcMethod<H, P> method,
      RequestObserver observer,
      RequestThreads threads,
      int largestInline) {
    this.method = method;
    this.observer = observer;
    this.threads = threads;
    this.largestInline = largestInline;
    this.inline = InputBounds.inline(largestInline);
  }

  /** Returns what a listener registers in place of the generated method. */
  public ServerMethodDefinition<MessageBytes, P> definition(
      MethodDescriptor<?, ?> generated, MethodDescriptor.Marshaller<P> responses) {
    return ServerMethodDefinition.create(descriptor(generated, responses), this);
  }

  /**
   * Returns what a listener registers in place of a generated method with a stream of requests and
   * one of answers: each request is served as a lone one is.
   */
  public ServerMethodDefinition<MessageBytes, byte[]> streamDefinition(
      MethodDescriptor<?, ?> generated, StreamEncoding<H, P> encoding) {
    return ServerMethodDefinition.create(
        descriptor(generated, new BytesMarshaller()),
        (rpc, headers) -> {
          InferenceStream<H, P> stream =
              new InferenceStream<>(this, rpc, headers, encoding, Context.current().getDeadline());
          stream.start();
          return stream;
        });
  }

  /** Returns the generated method with a marshaller that leaves requests where they are. */
  public static <P> MethodDescriptor<MessageBytes, P> descriptor(
      MethodDescriptor<?, ?> generated, MethodDescriptor.Marshaller<P> responses) {
    return MethodDescriptor.<MessageBytes, P>newBuilder()
        .setType(generated.getType())
        .setFullMethodName(generated.getFullMethodName())
        .setSampledToLocalTracing(true)
        .setSchemaDescriptor(generated.getSchemaDescriptor())
        .setRequestMarshaller(new RequestMarshaller())
        .setResponseMarshaller(responses)
        .build();
  }

  @Override
  public ServerCall.Listener<MessageBytes> startCall(
      ServerCall<MessageBytes, P> rpc, Metadata headers) {
    // Two, although one is allowed: a second one must be seen to be refused.
    rpc.request(2);
    return new InferenceExchange<>(this, rpc, headers, Context.current().getDeadline());
  }

  GrpcMethod<H, P> method() {
    return method;
  }

  RequestObserver observer() {
    return observer;
  }

  RequestThreads threads() {
    return threads;
  }

  /** Returns true if a message must not be decoded on the event loop. */
  boolean isLarge(MessageBytes message) {
    return message.isCompressed() || message.size() > largestInline;
  }

  /** Returns how much memory a call may fill on the event loop. */
  InputBounds inline() {
    return inline;
  }

  /** Writes answers that are bytes already. */
  private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("a server receives no answers");
    }

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }
  }

  /** Keeps the transport's buffers; they are read, and given back, when the call is decoded. */
  private static final class RequestMarshaller
      implements MethodDescriptor.Marshaller<MessageBytes> {
    @Override
    public MessageBytes parse(InputStream stream) {
      return MessageBytes.take(stream);
    }

    @Override
    public InputStream stream(MessageBytes value) {
      throw new UnsupportedOperationException("a server sends no requests");
    }
  }
}
