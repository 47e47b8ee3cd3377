package dev.sluice.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;

/**
 * Sends one connection's answers, and closes it if its client takes nothing of them for a patience.
 *
 * <p>Confined to the connection's event loop.
 */
final class AnswerWriter implements StallWatch.Watched {
  /** How long a client may take to end its side after ours. */
  static final Duration LINGER = Duration.ofSeconds(1);

  private final ChannelHandlerContext outlet;
  private final Channel channel;
  private final StallWatch watch;
  private long written;

  /**
   * Creates a writer.
   *
   * @param outlet where answers enter the pipeline; nothing before it takes part in writing
   */
  AnswerWriter(ChannelHandlerContext outlet, Duration patience) {
    this.outlet = outlet;
    this.channel = outlet.channel();
    this.watch = new StallWatch(this, 1, patience);
  }

  Channel channel() {
    return channel;
  }

  /** Writes an answer, to be sent with the next flush. */
  void write(ByteBuf answer) {
    written += answer.readableBytes();
    outlet.write(answer, outlet.voidPromise());
  }

  /** Sends what was written, as far as the socket has room. */
  void flush() {
    outlet.flush();
    watchIfUnsent();
  }

  /** Closes the connection when all that was written has been sent. */
  void close() {
    outlet.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    watchIfUnsent();
  }

  /**
   * Ends our side when all that was written has been sent, and the connection when the client has
   * ended its own, or soon. A request that crosses on the wire so finds an orderly end, after which
   * clients ask again elsewhere; a connection that is closed outright answers it with a reset,
   * which may even overtake the last answer (RFC 9112 §9.6).
   */
  void closeGently() {
    outlet
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            sent -> {
              if (sent.isSuccess() && channel instanceof DuplexChannel duplex) {
                channel.config().setAutoRead(true); // or the client's end would not be seen
                duplex.shutdownOutput();
                channel.eventLoop().schedule(this::giveUp, LINGER.toNanos(), NANOSECONDS);
              } else {
                channel.close();
              }
            });
    watchIfUnsent();
  }

  private void watchIfUnsent() {
    if (isUnderWay()) {
      watch.start(channel.eventLoop());
    }
  }

  /** Is told that the connection is closed. */
  void closed() {
    watch.stop();
  }

  @Override
  public boolean isUnderWay() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer != null && !buffer.isEmpty();
  }

  /** Returns how many bytes the socket has taken. */
  @Override
  public long headway() {
    outlet.flush(); // for what is not flushed is not counted below, and would look taken
    return written - unsent();
  }

  private long unsent() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    if (buffer == null) {
      return 0;
    }
    Sum sum = new Sum();
    try {
      buffer.forEachFlushedMessage(sum);
    } catch (Exception e) {
      throw new IllegalStateException("adding up throws nothing", e);
    }
    return sum.bytes;
  }

  private static final class Sum implements ChannelOutboundBuffer.MessageProcessor {
    private long bytes;

    @Override
    public boolean processMessage(Object message) {
      bytes += ((ByteBuf) message).readableBytes();
      return true;
    }
  }

  @Override
  public boolean waitsForUs() {
    return false;
  }

  @Override
  public void giveUp() {
    channel.close();
  }
}
