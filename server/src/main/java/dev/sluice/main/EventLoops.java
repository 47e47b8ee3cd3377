package dev.sluice.main;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.sluice.batching.Turns;
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
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The event loops that every listener shares: one that accepts, and one for each core that reads,
 * decodes and writes. Native epoll where there is one (io_uring was slower).
 */
final class EventLoops implements Turns, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("sluice");

  private static final long QUIET_NANOS = 0;

  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;
  private final Duration patience;

  /** The event loop that the calling thread is, or null. */
  private final ThreadLocal<@Nullable EventExecutor> ownLoop =
      ThreadLocal.withInitial(this::findOwnLoop);

  /**
   * Creates the loops, which start when they are used.
   *
   * @param patience how long a close waits for them
   */
  EventLoops(int workerCount, Duration patience) {
    this.patience = patience;
    this.acceptors =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("accept", true), handlers());
    this.workers =
        new MultiThreadIoEventLoopGroup(
            workerCount, new DefaultThreadFactory("loop", true), handlers());
  }

  private static IoHandlerFactory handlers() {
    IoHandlerFactory factory =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return executor -> new ArrivalClock(factory.newHandler(executor), System::nanoTime);
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

  /** Returns every loop, for those who watch over them. */
  List<EventExecutor> all() {
    List<EventExecutor> all = new ArrayList<>();
    acceptors.forEach(all::add);
    workers.forEach(all::add);
    return all;
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

  /** Returns the event loop that the calling thread is, or null. */
  @Nullable Executor ownLoop() {
    return ownLoop.get();
  }

  @Override
  public boolean executeInNext(Runnable task) {
    EventExecutor loop = ownLoop.get();
    if (loop == null || loop.isShuttingDown()) {
      return false;
    }
    // What is due is fetched once a turn, after the loop has read; a plain task could come before.
    var _ = loop.schedule(task, 0, NANOSECONDS);
    return true;
  }

  @Override
  public long arrived() {
    return ArrivalClock.arrived();
  }

  @Override
  public void executeAtEnd(Runnable task) {
    EventExecutor loop = ownLoop.get();
    if (loop == null || loop.isShuttingDown()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  /** Stops the loops after what they have been given already; one that hangs is left behind. */
  @Override
  public void close() {
    long nanos = patience.toNanos();
    acceptors.shutdownGracefully(QUIET_NANOS, nanos, NANOSECONDS);
    if (!workers
        .shutdownGracefully(QUIET_NANOS, nanos, NANOSECONDS)
        .awaitUninterruptibly(nanos, NANOSECONDS)) {
      LOG.log(Level.WARNING, "An event loop still hangs " + patience + " after its end; going on");
    }
  }
}
