package dev.sluice.main;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The event loops that every listener shares: one that accepts, and one for each core that reads,
 * decodes and writes. Native epoll where there is one (io_uring was slower).
 */
final class EventLoops implements AutoCloseable {
  private static final long QUIET_MILLIS = 0;
  private static final long STOP_SECONDS = 5;

  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;

  EventLoops(int workerCount) {
    this.acceptors =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("accept", true), handlers());
    this.workers =
        new MultiThreadIoEventLoopGroup(
            workerCount, new DefaultThreadFactory("loop", true), handlers());
  }

  private static IoHandlerFactory handlers() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  EventLoopGroup acceptors() {
    return acceptors;
  }

  EventLoopGroup workers() {
    return workers;
  }

  Class<? extends ServerChannel> channelType() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** Stops the loops after what they have been given already. */
  @Override
  public void close() {
    acceptors.shutdownGracefully(QUIET_MILLIS, STOP_SECONDS, TimeUnit.SECONDS);
    workers.shutdownGracefully(QUIET_MILLIS, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
