package dev.sluice.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A port that speaks HTTP/1.1 and 1.0.
 *
 * <p>{@link #bind}, {@link #leave}, {@link #drain} and {@link #close} are called in that order, one
 * after the other.
 */
public final class HttpListener implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpListener.class.getName());

  private static final int CHUNK_BYTES = 1 << 20;
  private static final int BACKLOG = 4096;

  /** Whoever takes longer for the first bytes only wants to hold a connection. */
  private static final Duration HANDSHAKE_PATIENCE = Duration.ofSeconds(10);

  private final HttpTransport transport;
  private final HttpHandler handler;
  private final HttpLimits limits;
  private final ResponseHead heads;
  private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean leaving;
  private volatile boolean draining;
  private @Nullable Channel server;

  /**
   * Creates a listener on event loops that the caller owns and shares.
   *
   * @param limits what clients may hold, and for how long they may stand still
   */
  public HttpListener(
      EventLoopGroup acceptors,
      EventLoopGroup workers,
      Class<? extends ServerChannel> channelType,
      HttpHandler handler,
      HttpLimits limits,
      InstantSource clock) {
    this(
        new HttpTransport(
            acceptors, workers, new ReflectiveChannelFactory<>(channelType), Optional.empty()),
        handler,
        limits,
        clock);
  }

  /**
   * Creates a listener.
   *
   * @param limits what clients may hold, and for how long they may stand still
   */
  public HttpListener(
      HttpTransport transport, HttpHandler handler, HttpLimits limits, InstantSource clock) {
    this.transport = transport;
    this.handler = handler;
    this.limits = limits;
    this.heads = new ResponseHead(clock);
  }

  /**
   * Opens the port.
   *
   * @return the address bound, with the port that the system chose where 0 was asked for
   * @throws IOException if the address is in use or not ours; the message names it
   */
  public InetSocketAddress bind(InetSocketAddress address) throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(transport.acceptors(), transport.workers())
            .channelFactory(transport.channels())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            // Idle connections are kept for ever, so the kernel must notice peers that are gone.
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 20, 4 << 20))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    addHandlers(channel);
                  }
                });
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("port " + address.getPort() + ": " + bound.cause().getMessage());
    }
    server = bound.channel();
    return (InetSocketAddress) bound.channel().localAddress();
  }

  /** Makes a channel one of our connections. */
  void addHandlers(Channel channel) {
    Optional<SslContext> tls = transport.tls();
    if (tls.isPresent()) {
      SslHandler encryption = tls.get().newHandler(channel.alloc());
      encryption.setHandshakeTimeoutMillis(HANDSHAKE_PATIENCE.toMillis());
      channel.pipeline().addLast(encryption);
    }
    RequestDecoder decoder = new RequestDecoder(decoderConfig());
    channel.pipeline().addLast(decoder);
    channel.pipeline().addLast(new HttpConnection(this, channel, decoder));
  }

  private HttpDecoderConfig decoderConfig() {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(limits.headerBytes())
        .setMaxHeaderSize(limits.headerBytes())
        .setMaxChunkSize(CHUNK_BYTES)
        .setValidateHeaders(true);
  }

  /** Closes each connection with its next answer, which says so; new ones are served likewise. */
  public void leave() {
    leaving = true;
  }

  /**
   * Closes the port. Open connections are served a moment longer, since requests may be on their
   * way: each is closed after its next answer, or when it has been idle for that moment.
   */
  public void drain() {
    Channel open = server;
    if (open != null) {
      LastConnections.await(open);
    }
    closePort();
    awaitAccepted();
    for (Channel connection : connections) {
      connection
          .eventLoop()
          .execute(
              () -> {
                HttpConnection state = connection.pipeline().get(HttpConnection.class);
                if (state != null) {
                  state.lastCall();
                }
              });
    }
  }

  private void closePort() {
    leaving = true;
    draining = true;
    Channel open = server;
    if (open != null) {
      awaitClosed(List.of(open.close()));
    }
  }

  /** What the port accepted last becomes a connection on its own loop, and counts from then on. */
  private void awaitAccepted() {
    List<Future<?>> turns = new ArrayList<>();
    for (EventExecutor loop : transport.workers()) {
      turns.add(loop.submit(() -> {}));
    }
    awaitClosed(turns);
  }

  /**
   * Waits, after {@link #drain}, until every connection has sent its answer and is closed.
   *
   * @return false if some are left when the time runs out
   */
  public boolean awaitDrained(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (Channel connection : connections) {
      if (!connection.closeFuture().await(Math.max(0, end - System.nanoTime()), NANOSECONDS)) {
        return false;
      }
    }
    return true;
  }

  /** Closes every connection. */
  @Override
  public void close() {
    closePort();
    List<Future<?>> closing = new ArrayList<>();
    for (Channel connection : connections) {
      closing.add(connection.close());
    }
    awaitClosed(closing);
  }

  /** An event loop that hangs must not hold up the stop of everything else. */
  private void awaitClosed(List<? extends Future<?>> closing) {
    long end = System.nanoTime() + limits.closePatience().toNanos();
    for (Future<?> one : closing) {
      if (!one.awaitUninterruptibly(Math.max(0, end - System.nanoTime()), NANOSECONDS)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "HTTP connections are not closed after "
                + limits.closePatience()
                + ", for their event loop hangs; going on");
        return;
      }
    }
  }

  HttpHandler handler() {
    return handler;
  }

  HttpLimits limits() {
    return limits;
  }

  ResponseHead heads() {
    return heads;
  }

  boolean isLeaving() {
    return leaving;
  }

  boolean isDraining() {
    return draining;
  }

  void connected(Channel channel) {
    connections.add(channel);
  }

  void disconnected(Channel channel) {
    connections.remove(channel);
  }

  void report(Throwable cause) {
    // What a client sends that is no TLS comes wrapped.
    Throwable reason = cause instanceof DecoderException ? cause.getCause() : cause;
    System.Logger.Level level =
        reason instanceof IOException ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
    LOG.log(level, "HTTP connection failed", cause);
  }
}
