package dev.sluice.main;

import dev.sluice.api.grpc.StoppableStream;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Ends the calls that have no end of their own, a watch of the health and a talk with reflection,
 * when the server stops: a drain would wait for them as long as it may. One that brings requests
 * ends when those under way have been answered.
 *
 * <p>Thread-safe. Calls of one request and one answer pass through untouched.
 */
final class OpenStreams implements ServerInterceptor {
  private static final Status STOPPING =
      Status.UNAVAILABLE.withDescription("the server is stopping");

  private final Set<Stream<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    MethodType type = call.getMethodDescriptor().getType();
    if (type == MethodType.UNARY || type == MethodType.UNKNOWN) {
      return next.startCall(call, headers);
    }
    Stream<Q, A> stream = new Stream<>(call);
    open.add(stream);
    ServerCall.Listener<Q> listener = next.startCall(stream, headers);
    stream.stoppable = listener instanceof StoppableStream stoppable ? stoppable : null;
    if (ended) {
      stream.stop();
    }
    return new SimpleForwardingServerCallListener<Q>(listener) {
      @Override
      public void onCancel() {
        open.remove(stream);
        super.onCancel();
      }

      @Override
      public void onComplete() {
        open.remove(stream);
        super.onComplete();
      }
    };
  }

  /** Ends all streams, also those that begin later. */
  void end() {
    ended = true;
    open.forEach(Stream::stop);
  }

  /**
   * A call that two threads may answer and end, the service's and the one that stops the server.
   */
  private static final class Stream<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private boolean closed;

    /** What knows when the call can be ended without loss; null if it can at any time. */
    private volatile @Nullable StoppableStream stoppable;

    Stream(ServerCall<Q, A> call) {
      super(call);
    }

    void stop() {
      StoppableStream own = stoppable;
      if (own == null) {
        close(STOPPING, new Metadata());
      } else {
        own.stop(STOPPING);
      }
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(A message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }
  }
}
