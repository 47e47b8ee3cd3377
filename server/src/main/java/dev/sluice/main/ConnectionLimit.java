package dev.sluice.main;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Closes connections beyond a number, of all ports together, before anything is read from them: the
 * operating system would otherwise run out of file descriptors for everybody. Thread-safe.
 */
@Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
  private final int most;
  private final Consumer<String> warnings;
  private final AtomicInteger open = new AtomicInteger();

  /** Said once until there has been room again. */
  private final AtomicBoolean full = new AtomicBoolean();

  ConnectionLimit(int most, Consumer<String> warnings) {
    this.most = most;
    this.warnings = warnings;
  }

  /** Returns what makes listening channels of a type, whose connections count. */
  <C extends ServerChannel> ChannelFactory<C> counting(Class<? extends C> type) {
    ReflectiveChannelFactory<C> factory = new ReflectiveChannelFactory<>(type);
    return () -> {
      C channel = factory.newChannel();
      channel.pipeline().addLast(this);
      return channel;
    };
  }

  /** Returns how many connections are open. A snapshot. */
  int open() {
    return open.get();
  }

  /** Takes what a listening channel accepts, before anybody has it. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    if (!(accepted instanceof Channel connection)) {
      ctx.fireChannelRead(accepted);
      return;
    }
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      connection.unsafe().closeForcibly();
      if (full.compareAndSet(false, true)) {
        warnings.accept(
            "New connections are closed, for %d are open (--max_connections)".formatted(most));
      }
      return;
    }
    connection
        .closeFuture()
        .addListener(
            closed -> {
              open.decrementAndGet();
              full.set(false);
            });
    ctx.fireChannelRead(accepted);
  }
}
