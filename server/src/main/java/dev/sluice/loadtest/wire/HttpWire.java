package dev.sluice.loadtest.wire;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 connections that are kept alive, each with one request at a time: what an HTTP client's
 * pool does. A connection that is lost is opened again.
 */
public final class HttpWire implements Wire {
  private static final int CONNECT_MILLIS = 5000;

  /** Between two tries to connect, so that a server which is down is not hammered. */
  private static final long RETRY_MILLIS = 100;

  private final EventLoop loop;
  private final WireSettings settings;
  private final LongSupplier clock;
  private final List<ByteBuf> requests;
  private final List<HttpConnection> connections = new ArrayList<>();
  private final Queue<HttpConnection> idle = new ArrayDeque<>();
  private final Queue<Call> waiting = new ArrayDeque<>();
  private final AnswerBytes noAnswer = new AnswerBytes();
  private boolean closed;

  /** Creates a wire without connections. */
  public HttpWire(EventLoop loop, WireSettings settings, LongSupplier clock) {
    this.loop = loop;
    this.settings = settings;
    this.clock = clock;
    this.requests = settings.messages().stream().map(HttpWire::direct).toList();
  }

  /** Native memory that nobody frees but this wire: written by every call without a copy. */
  private static ByteBuf direct(byte[] message) {
    return Unpooled.directBuffer(message.length).writeBytes(message);
  }

  @Override
  public CompletableFuture<Void> open() {
    List<CompletableFuture<Void>> opened = new ArrayList<>();
    for (int i = 0; i < settings.connections(); i++) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      opened.add(done);
      connect(done);
    }
    return CompletableFuture.allOf(opened.toArray(CompletableFuture<?>[]::new));
  }

  /**
   * Opens one connection.
   *
   * @param first completed with the result; null to try until it succeeds
   */
  private void connect(@Nullable CompletableFuture<Void> first) {
    if (closed) {
      return;
    }
    HttpConnection connection = new HttpConnection(this, settings.keepAnswers());
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(LoadThreads.channelType())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .handler(connection.initializer())
            .connect(settings.address());
    connecting.addListener(
        ended -> {
          if (ended.isSuccess()) {
            connected(connection, connecting);
          } else if (first == null) {
            retry(String.valueOf(ended.cause().getMessage()));
          }
          if (first != null) {
            settle(first, ended.cause());
          }
        });
  }

  private static void settle(CompletableFuture<Void> first, @Nullable Throwable failure) {
    if (failure == null) {
      first.complete(null);
    } else {
      first.completeExceptionally(failure);
    }
  }

  private void connected(HttpConnection connection, ChannelFuture connecting) {
    if (closed) {
      connecting.channel().close();
      return;
    }
    connections.add(connection);
    free(connection);
  }

  private void retry(String reason) {
    if (connections.isEmpty()) {
      // With no connection left nobody else would ever take these.
      failWaiting(Outcome.lost(reason));
    }
    reconnectLater();
  }

  private void reconnectLater() {
    if (!closed) {
      loop.schedule(() -> connect(null), RETRY_MILLIS, MILLISECONDS);
    }
  }

  private void failWaiting(Outcome outcome) {
    for (Call call : List.copyOf(waiting)) {
      waiting.remove();
      call.ended(outcome, noAnswer);
    }
  }

  @Override
  public void send(Call call) {
    HttpConnection connection = closed ? null : idle.poll();
    if (connection != null) {
      exchange(connection, call);
    } else if (closed) {
      call.ended(Outcome.UNFINISHED, noAnswer);
    } else {
      waiting.add(call);
    }
  }

  private void exchange(HttpConnection connection, Call call) {
    long left = 0;
    if (settings.deadlineNanos() > 0) {
      left = Math.max(1, call.intendedNanos() + settings.deadlineNanos() - clock.getAsLong());
    }
    connection.exchange(call, requests.get(call.message()).retainedDuplicate(), left);
  }

  /** Takes a connection that has nothing to do; the oldest call that waits gets it. */
  void free(HttpConnection connection) {
    for (Call next = waiting.poll(); next != null; next = waiting.poll()) {
      if (!isLate(next)) {
        exchange(connection, next);
        return;
      }
      next.ended(Outcome.LATE, noAnswer);
    }
    idle.add(connection);
  }

  private boolean isLate(Call call) {
    return settings.deadlineNanos() > 0
        && clock.getAsLong() - call.intendedNanos() >= settings.deadlineNanos();
  }

  /**
   * Takes a connection that has ended, after its call has.
   *
   * @param orderly if the server had said that this was its last answer
   */
  void lost(HttpConnection connection, boolean orderly) {
    connections.remove(connection);
    idle.remove(connection);
    if (orderly) {
      connect(null);
    } else {
      reconnectLater();
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    idle.clear();
    List.copyOf(connections).forEach(HttpConnection::close);
    failWaiting(Outcome.UNFINISHED);
    requests.forEach(ByteBuf::release);
  }
}
