package dev.sluice.main;

import dev.sluice.http.StallWatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;

/**
 * Closes a connection of gRPC whose client has begun a header block, or another frame without data,
 * and does not go on, or has an answer waiting for it and takes nothing of any. gRPC itself bounds
 * neither. Sees the bytes between encryption and HTTP/2. Confined to its connection's event loop.
 */
final class GrpcStalls extends ChannelDuplexHandler {
  /** The length of what a client says before its first frame (RFC 9113 §3.4). */
  private static final int PREFACE_BYTES = 24;

  private final FrameTrail received = new FrameTrail(PREFACE_BYTES);
  private final FrameTrail sent = new FrameTrail(0);
  private final StallWatch headerBlocks;
  private final StallWatch answers;

  /**
   * For how long a client may make no headway.
   *
   * @param headerBlocks with a header block or another frame without data
   * @param answers with the answers that wait for it
   */
  record Patience(Duration headerBlocks, Duration answers) {}

  private GrpcStalls(Channel channel, Patience patience) {
    this.headerBlocks =
        new StallWatch(new HeaderBlocks(channel, received), 1, patience.headerBlocks());
    this.answers = new StallWatch(new Answers(channel, sent), 1, patience.answers());
  }

  /** Has a connection watched that was accepted and has no other handlers yet. */
  static void watch(Channel accepted, Patience patience) {
    accepted.pipeline().addLast(new Placement(patience));
  }

  /** Finds the place: gRPC has added its encryption, if there is any, before this event. */
  private static final class Placement extends ChannelInboundHandlerAdapter {
    private final Patience patience;

    Placement(Patience patience) {
      this.patience = patience;
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
      ChannelPipeline pipeline = ctx.pipeline();
      ChannelHandlerContext encryption = pipeline.context(SslHandler.class);
      String before = encryption == null ? ctx.name() : encryption.name();
      pipeline.addAfter(before, null, new GrpcStalls(ctx.channel(), patience));
      ctx.fireChannelRegistered();
      pipeline.remove(this);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      received.pass(bytes);
      if (received.isMidway()) {
        headerBlocks.start(ctx.executor());
      }
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      sent.pass(bytes);
      answers.start(ctx.executor());
    }
    ctx.write(message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    headerBlocks.stop();
    answers.stop();
    ctx.fireChannelInactive();
  }

  /**
   * To close the channel itself would only ask gRPC for an orderly end, which such a client delays.
   */
  private static void cut(Channel channel) {
    channel.pipeline().firstContext().close();
  }

  /** What the client sends. */
  private record HeaderBlocks(Channel channel, FrameTrail received) implements StallWatch.Watched {
    @Override
    public boolean isUnderWay() {
      return channel.isActive() && received.isMidway();
    }

    @Override
    public long headway() {
      return received.whole();
    }

    @Override
    public boolean waitsForUs() {
      return false;
    }

    @Override
    public void giveUp() {
      cut(channel);
    }
  }

  /** What the client takes, of all its calls together: a live one takes something of some. */
  private record Answers(Channel channel, FrameTrail sent) implements StallWatch.Watched {
    @Override
    public boolean isUnderWay() {
      Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
      return channel.isActive() && http2 != null && http2.connection().numActiveStreams() > 0;
    }

    @Override
    public long headway() {
      return sent.dataBytes();
    }

    /** Returns true if no call has an answer, or a part of one, that the client has no room for. */
    @Override
    public boolean waitsForUs() {
      Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
      if (http2 == null) {
        return true; // not there yet, or not any more
      }
      Http2Connection connection = http2.connection();
      Http2RemoteFlowController flow = http2.encoder().flowController();
      try {
        return connection.forEachActiveStream(stream -> !flow.hasFlowControlled(stream)) == null;
      } catch (Http2Exception e) {
        throw new IllegalStateException("looking cannot fail", e);
      }
    }

    @Override
    public void giveUp() {
      cut(channel);
    }
  }
}
