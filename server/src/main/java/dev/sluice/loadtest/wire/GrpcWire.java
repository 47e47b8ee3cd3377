package dev.sluice.loadtest.wire;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * gRPC channels, each with one HTTP/2 connection; calls are dealt out in turn. Everything runs on
 * the event loop: the channels have it as their transport's and as their executor.
 */
public final class GrpcWire implements Wire {
  /** A call under way costs some kilobytes; what is beyond this waits in a cheaper form. */
  private static final int UNDER_WAY_PER_CONNECTION = 4096;

  private final EventLoop loop;
  private final WireSettings settings;
  private final LongSupplier clock;
  private final MethodDescriptor<byte[], AnswerBytes> method;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Set<Listener> underWay = new HashSet<>();
  private final Deque<AnswerBytes> spare = new ArrayDeque<>();
  private final AnswerBytes noAnswer = new AnswerBytes();
  private final Queue<Call> waiting = new ArrayDeque<>();
  private int turn;
  private boolean closed;

  /**
   * Creates a wire without connections.
   *
   * @param fullMethod the method's full name, such as {@code package.Service/Method}
   */
  public GrpcWire(EventLoop loop, WireSettings settings, String fullMethod, LongSupplier clock) {
    this.loop = loop;
    this.settings = settings;
    this.clock = clock;
    this.method =
        MethodDescriptor.<byte[], AnswerBytes>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(fullMethod)
            .setRequestMarshaller(new Requests())
            .setResponseMarshaller(new Answers())
            .build();
  }

  private static final class Requests implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("a client reads no requests");
    }
  }

  private final class Answers implements MethodDescriptor.Marshaller<AnswerBytes> {
    @Override
    public InputStream stream(AnswerBytes message) {
      throw new UnsupportedOperationException("a client writes no answers");
    }

    @Override
    public AnswerBytes parse(InputStream stream) {
      if (!settings.keepAnswers()) {
        return noAnswer;
      }
      AnswerBytes answer = spare.isEmpty() ? new AnswerBytes() : spare.pop();
      answer.clear();
      try {
        answer.append(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return answer;
    }
  }

  @Override
  public CompletableFuture<Void> open() {
    List<CompletableFuture<Void>> opened = new ArrayList<>();
    for (int i = 0; i < settings.connections(); i++) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(settings.address())
              .overrideAuthority(settings.authority())
              .usePlaintext()
              .eventLoopGroup(loop)
              .channelType(LoadThreads.channelType())
              .directExecutor()
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .build();
      channels.add(channel);
      CompletableFuture<Void> ready = new CompletableFuture<>();
      opened.add(ready);
      awaitReady(channel, ready);
    }
    return CompletableFuture.allOf(opened.toArray(CompletableFuture<?>[]::new));
  }

  private static void awaitReady(ManagedChannel channel, CompletableFuture<Void> ready) {
    ConnectivityState state = channel.getState(true);
    switch (state) {
      case READY -> ready.complete(null);
      case TRANSIENT_FAILURE, SHUTDOWN ->
          ready.completeExceptionally(
              new ConnectException("nobody there accepts connections of gRPC"));
      case IDLE, CONNECTING ->
          channel.notifyWhenStateChanged(state, () -> awaitReady(channel, ready));
    }
  }

  @Override
  public void send(Call call) {
    if (closed) {
      call.ended(Outcome.UNFINISHED, noAnswer);
    } else if (underWay.size() >= UNDER_WAY_PER_CONNECTION * channels.size()) {
      waiting.add(call);
    } else {
      begin(call);
    }
  }

  private void begin(Call call) {
    CallOptions options = CallOptions.DEFAULT;
    if (settings.deadlineNanos() > 0) {
      long left = call.intendedNanos() + settings.deadlineNanos() - clock.getAsLong();
      options = options.withDeadlineAfter(left, NANOSECONDS);
    }
    ManagedChannel channel = channels.get(turn);
    turn = turn + 1 == channels.size() ? 0 : turn + 1;
    ClientCall<byte[], AnswerBytes> exchange = channel.newCall(method, options);
    Listener listener = new Listener(call);
    underWay.add(listener);
    exchange.start(listener, new Metadata());
    exchange.request(2);
    exchange.sendMessage(settings.messages().get(call.message()));
    exchange.halfClose();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    channels.forEach(ManagedChannel::shutdownNow);
    // The channels end their calls too, at some later time: too late for who waits for us.
    List.copyOf(underWay).forEach(listener -> listener.end(Outcome.UNFINISHED));
    for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
      call.ended(Outcome.UNFINISHED, noAnswer);
    }
  }

  private final class Listener extends ClientCall.Listener<AnswerBytes> {
    private final Call call;
    private @Nullable AnswerBytes answer;

    Listener(Call call) {
      this.call = call;
    }

    @Override
    public void onMessage(AnswerBytes message) {
      answer = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk()) {
        end(Outcome.OK);
      } else {
        Throwable cause = status.getCause();
        String detail =
            String.valueOf(status.getDescription())
                + (cause == null ? "" : ": " + cause.getMessage());
        Status.Code code = status.getCode();
        end(new Outcome(code.name(), detail, code != Status.Code.UNAVAILABLE));
      }
    }

    void end(Outcome outcome) {
      if (!underWay.remove(this)) {
        return; // after close
      }
      AnswerBytes kept = answer;
      call.ended(outcome, kept == null ? noAnswer : kept);
      if (kept != null && kept != noAnswer) {
        spare.push(kept);
      }
      Call next = closed ? null : waiting.poll();
      if (next != null) {
        begin(next);
      }
    }
  }
}
