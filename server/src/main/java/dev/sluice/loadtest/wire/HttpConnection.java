package dev.sluice.loadtest.wire;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/** One connection with at most one request on it. Confined to its event loop. */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final int OK = 200;

  /** Of an error's body, for people. */
  private static final int KEPT_OF_ERRORS = 1024;

  private final HttpWire wire;
  private final boolean keepAnswers;
  private final AnswerBytes answer = new AnswerBytes();
  private @Nullable Channel channel;
  private @Nullable Call call;
  private @Nullable ScheduledFuture<?> deadline;
  private long exchanges;
  private int status;
  private boolean keepAlive = true;
  private Outcome whenLost = Outcome.lost("the server closed the connection before it answered");

  HttpConnection(HttpWire wire, boolean keepAnswers) {
    this.wire = wire;
    this.keepAnswers = keepAnswers;
  }

  ChannelInitializer<Channel> initializer() {
    HttpConnection self = this;
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel opened) {
        self.channel = opened;
        HttpDecoderConfig config = new HttpDecoderConfig().setValidateHeaders(false);
        opened.pipeline().addLast(new HttpResponseDecoder(config), self);
      }
    };
  }

  /**
   * Sends a request; the connection must be free.
   *
   * @param leftNanos until the deadline; 0 for none
   */
  void exchange(Call next, ByteBuf request, long leftNanos) {
    Channel open = channel();
    call = next;
    long number = ++exchanges;
    answer.clear();
    if (leftNanos > 0) {
      deadline = open.eventLoop().schedule(() -> late(number), leftNanos, NANOSECONDS);
    }
    open.writeAndFlush(request, open.voidPromise());
  }

  private Channel channel() {
    if (channel == null) {
      throw new IllegalStateException("not connected");
    }
    return channel;
  }

  /** HTTP/1.1 can give up an answer only with its connection. */
  private void late(long number) {
    if (call != null && exchanges == number) {
      whenLost = Outcome.LATE;
      channel().close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      HttpObject part = (HttpObject) message;
      if (part.decoderResult().isFailure()) {
        whenLost = Outcome.lost("not HTTP: " + part.decoderResult().cause().getMessage());
        context.close();
        return;
      }
      if (message instanceof HttpResponse head) {
        status = head.status().code();
        keepAlive = HttpUtil.isKeepAlive(head);
      }
      if (message instanceof HttpContent content) {
        if (keepAnswers || (status != OK && answer.length() < KEPT_OF_ERRORS)) {
          answer.append(content.content());
        }
        if (message instanceof LastHttpContent && status >= OK) { // below: the answer is to come
          answered(context);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answered(ChannelHandlerContext context) {
    Call ended = call;
    if (ended == null) {
      context.close(); // an answer that nobody asked for, such as 408 for an idle connection
      return;
    }
    call = null;
    cancelDeadline();
    ended.ended(
        status == OK ? Outcome.OK : new Outcome("HTTP " + status, answer.text(), true), answer);
    if (keepAlive) {
      wire.free(this);
    } else {
      context.close();
    }
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    whenLost = Outcome.lost(String.valueOf(cause.getMessage()));
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancelDeadline();
    Call ended = call;
    call = null;
    if (ended != null) {
      answer.clear();
      ended.ended(whenLost, answer);
    }
    wire.lost(this, ended == null && !keepAlive);
  }

  /** Closes the connection at the end of the load. */
  void close() {
    whenLost = Outcome.UNFINISHED;
    channel().close();
  }
}
