package dev.sluice.api.tfs;

import dev.sluice.api.tfs.wire.MalformedMessageException;
import dev.sluice.api.tfs.wire.MessageBytes;
import dev.sluice.api.tfs.wire.PredictAnswer;
import dev.sluice.api.tfs.wire.PredictRequestHead;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.Predictor;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code PredictionService/Predict}: head first, then the values straight into the engine's memory,
 * then the run (grpc.md §3, §5).
 *
 * <p>Thread-safe; each call gets a {@link PredictExchange} of its own.
 */
final class GrpcPredict implements ServerCallHandler<MessageBytes, PredictAnswer> {
  private final Predictor predictor;
  private final RequestThreads threads;
  private final PredictOptions options;

  /**
   * Creates the method.
   *
   * @param threads where requests are decoded and run
   */
  GrpcPredict(Predictor predictor, RequestThreads threads, PredictOptions options) {
    this.predictor = predictor;
    this.threads = threads;
    this.options = options;
  }

  /** Returns the method with marshallers that leave the bytes where they are. */
  static MethodDescriptor<MessageBytes, PredictAnswer> descriptor() {
    MethodDescriptor<?, ?> generated = PredictionServiceGrpc.getPredictMethod();
    return MethodDescriptor.<MessageBytes, PredictAnswer>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(generated.getFullMethodName())
        .setSampledToLocalTracing(true)
        .setSchemaDescriptor(generated.getSchemaDescriptor())
        .setRequestMarshaller(new RequestMarshaller())
        .setResponseMarshaller(new ResponseMarshaller())
        .build();
  }

  @Override
  public ServerCall.Listener<MessageBytes> startCall(
      ServerCall<MessageBytes, PredictAnswer> rpc, Metadata headers) {
    // Two, although one is allowed: a second one must be seen to be refused.
    rpc.request(2);
    return new PredictExchange(this, rpc, Context.current().getDeadline());
  }

  /** Returns true if a message must not be decoded on the event loop. */
  boolean isLarge(MessageBytes message) {
    return message.size() > options.largestInline();
  }

  RequestThreads threads() {
    return threads;
  }

  /** Takes permit and servable for a request. */
  Call open(PredictRequestHead head, @Nullable Deadline deadline, Answer answer)
      throws ServingException {
    if (!head.hasModelSpec()) {
      throw ServingException.invalidArgument("Missing ModelSpec");
    }
    Call call = predictor.open(head.model(), head.version(), answer);
    if (deadline != null) {
      call.setDeadline(System.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS));
    }
    return call;
  }

  /** Selects signature and outputs and decodes the inputs, in the reference's order of checks. */
  void fill(Call call, PredictRequestHead head) throws ServingException, MalformedMessageException {
    PredictRequests.fill(call, head, options.checkMethodName());
  }

  /** Sizes the answer of a run. */
  PredictAnswer answer(Call call, Tensor[] outputs) throws ServingException {
    return PredictAnswer.of(
        call.id(), call.signature(), call.outputs(), outputs, options.tensorContent());
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

  /** Writes from the tensors when the transport drains the stream. */
  private static final class ResponseMarshaller
      implements MethodDescriptor.Marshaller<PredictAnswer> {
    @Override
    public PredictAnswer parse(InputStream stream) {
      throw new UnsupportedOperationException("a server receives no answers");
    }

    @Override
    public InputStream stream(PredictAnswer value) {
      return value.stream();
    }
  }
}
