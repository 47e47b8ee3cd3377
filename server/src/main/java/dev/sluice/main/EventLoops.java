package dev.sluice.main;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops that every listener shares: one that accepts, and one for each core that reads,
 * decodes and writes. Native epoll where there is one (io_uring was slower).
 */
final class EventLoops implements AutoCloseable {
  private static final long QUIET_MILLIS = 0;
  private static final long STOP_SECONDS = 5;

  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;

  /** The event loop that the calling thread is, or null. */
  private final ThreadLocal<@Nullable EventExecutor> ownLoop =
      ThreadLocal.withInitial(this::findOwnLoop);

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

  private @Nullable EventExecutor findOwnLoop() {
    for (EventExecutor loop : workers) {
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    return null;
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

  /** Returns the channel type of Unix sockets; empty without epoll. */
  Optional<Class<? extends ServerChannel>> unixChannelType() {
    return Epoll.isAvailable()
        ? Optional.of(EpollServerDomainSocketChannel.class)
        : Optional.empty();
  }

  /**
   * Runs a task when the calling event loop has read everything that was there to read; at once if
   * the caller is no event loop.
   */
  void executeAtEndOfTurn(Runnable task) {
    EventExecutor loop = ownLoop.get();
    if (loop == null || loop.isShuttingDown()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  /** Stops the loops after what they have been given already. */
  @Override
  public void close() {
    acceptors.shutdownGracefully(QUIET_MILLIS, STOP_SECONDS, TimeUnit.SECONDS);
    workers.shutdownGracefully(QUIET_MILLIS, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
