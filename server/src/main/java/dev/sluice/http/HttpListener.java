package dev.sluice.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A port that speaks HTTP/1.1 and 1.0.
 *
 * <p>{@link #bind}, {@link #drain} and {@link #close} are called in that order, by one thread.
 */
public final class HttpListener implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpListener.class.getName());

  private static final int MAX_LINE_BYTES = 64 << 10;
  private static final int MAX_HEADER_BYTES = 64 << 10;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int BACKLOG = 4096;

  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;
  private final Class<? extends ServerChannel> channelType;
  private final HttpHandler handler;
  private final HttpLimits limits;
  private final ResponseHead heads;
  private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
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
    this.acceptors = acceptors;
    this.workers = workers;
    this.channelType = channelType;
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
            .group(acceptors, workers)
            .channel(channelType)
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
    RequestDecoder decoder = new RequestDecoder(decoderConfig());
    channel.pipeline().addLast(decoder);
    channel.pipeline().addLast(new HttpConnection(this, channel, decoder));
  }

  private static HttpDecoderConfig decoderConfig() {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(MAX_LINE_BYTES)
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setMaxChunkSize(CHUNK_BYTES)
        .setValidateHeaders(true);
  }

  /** Closes the port to new connections and idle ones at once, and each other after its answer. */
  public void drain() {
    draining = true;
    Channel open = server;
    if (open != null) {
      awaitClosed(List.of(open.close()));
    }
    for (Channel connection : connections) {
      connection
          .eventLoop()
          .execute(
              () -> {
                HttpConnection state = connection.pipeline().get(HttpConnection.class);
                if (state != null) {
                  state.closeWhenIdle();
                }
              });
    }
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
    drain();
    List<ChannelFuture> closing = new ArrayList<>();
    for (Channel connection : connections) {
      closing.add(connection.close());
    }
    awaitClosed(closing);
  }

  /** An event loop that hangs must not hold up the stop of everything else. */
  private void awaitClosed(List<ChannelFuture> closing) {
    long end = System.nanoTime() + limits.closePatience().toNanos();
    for (ChannelFuture one : closing) {
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
    System.Logger.Level level =
        cause instanceof IOException ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
    LOG.log(level, "HTTP connection failed", cause);
  }
}
