package dev.sluice.loadtest.wire;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;

/** The event loops that send and receive; native epoll where there is one. */
public final class LoadThreads implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 2000;

  private final EventLoopGroup group;
  private final List<EventLoop> loops = new ArrayList<>();

  /** Creates loops, which start when they are used. */
  public LoadThreads(int count) {
    group =
        new MultiThreadIoEventLoopGroup(
            count,
            new DefaultThreadFactory("bench", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    for (int i = 0; i < count; i++) {
      loops.add(group.next());
    }
  }

  /** Returns the loop of a number from 0. */
  public EventLoop get(int index) {
    return loops.get(index);
  }

  static Class<? extends Channel> channelType() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, PATIENCE_MILLIS, MILLISECONDS).awaitUninterruptibly();
  }
}
