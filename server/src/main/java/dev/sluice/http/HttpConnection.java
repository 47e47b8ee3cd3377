package dev.sluice.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: gathers bodies, hands on one exchange at a time, and keeps answers in the
 * order of their requests.
 *
 * <p>Confined to its event loop, but for {@link #execute}, {@link #allocate} and {@link
 * #writeHead}.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  /** Requests that a client may send ahead of their answers before we stop reading. */
  private static final int MAX_PIPELINED = 64;

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final HttpListener listener;
  private final Deque<Exchange> waiting = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange current;
  private @Nullable HttpRequest head;
  private final BodyGatherer body;
  private boolean refuseRest;
  private boolean reading;
  private boolean unflushed;
  private boolean timerArmed;
  private boolean stallWatched;
  private boolean handling;

  HttpConnection(HttpListener listener) {
    this.listener = listener;
    this.body = new BodyGatherer(listener.bodies().budget());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    listener.connected(ctx.channel());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    try {
      if (refuseRest) {
        return;
      }
      if (message instanceof HttpRequest request) {
        begin(ctx, request);
      }
      if (message instanceof HttpContent content) {
        append(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /** Answers given at once are sent at once: the client may have closed its side already. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (unflushed) {
      unflushed = false;
      ctx.flush();
    }
    ctx.fireChannelReadComplete();
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    if (isBroken(request.decoderResult())) {
      refuse(ctx, request);
      return;
    }
    head = request;
    if (HttpUtil.is100ContinueExpected(request)) {
      ctx.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE), ctx.voidPromise());
    }
  }

  private void append(ChannelHandlerContext ctx, HttpContent content) {
    HttpRequest request = head;
    if (request == null) {
      return;
    }
    if (isBroken(content.decoderResult())) {
      refuse(ctx, request);
      return;
    }
    boolean last = content instanceof LastHttpContent;
    body.add(content.content(), last, ctx.alloc());
    if (last) {
      complete(request);
    } else if (body.held() > 0 && !stallWatched) {
      stallWatched = true;
      watchStall(ctx);
    }
  }

  private void watchStall(ChannelHandlerContext ctx) {
    long before = body.arrived();
    long patience = listener.bodies().patience().toNanos();
    var _ = ctx.executor().schedule(() -> checkStall(ctx, before), patience, TimeUnit.NANOSECONDS);
  }

  /** A client that holds memory others wait for, and sends no more, is given up. */
  private void checkStall(ChannelHandlerContext ctx, long before) {
    if (body.held() == 0) {
      stallWatched = false;
    } else if (body.arrived() > before || !ctx.channel().config().isAutoRead()) {
      watchStall(ctx); // it grows, or it is we who do not read
    } else if (current != null) {
      ctx.close(); // an answer now would be taken for that of the request under way
    } else {
      refuse(ctx, HttpURLConnection.HTTP_CLIENT_TIMEOUT);
    }
  }

  private void complete(HttpRequest request) {
    Exchange exchange =
        new Exchange(
            this,
            request.method().name(),
            request.uri(),
            request.headers(),
            HttpUtil.isKeepAlive(request),
            body.take());
    head = null;
    waiting.add(exchange);
    if (waiting.size() == MAX_PIPELINED) {
      setAutoRead(false);
    }
    next();
  }

  /** Hands on waiting exchanges until one has no answer yet. Not recursive: answers may be now. */
  private void next() {
    if (handling) {
      return;
    }
    handling = true;
    try {
      while (current == null) {
        Exchange exchange = waiting.poll();
        if (exchange == null) {
          return;
        }
        if (waiting.isEmpty()) {
          setAutoRead(true);
        }
        current = exchange;
        if (exchange.hasBody()) {
          listener.handler().handle(exchange);
        } else {
          refuseForRoom(exchange);
        }
      }
    } finally {
      handling = false;
    }
  }

  private void setAutoRead(boolean on) {
    ChannelHandlerContext ctx = context();
    if (ctx.channel().config().isAutoRead() != on) {
      ctx.channel().config().setAutoRead(on);
    }
  }

  /** Sends the answer of the exchange under way and goes on with the next one. */
  void finish(Exchange exchange, ByteBuf answer, boolean keepAlive) {
    if (exchange != current) {
      answer.release();
      throw new IllegalStateException("answered twice: " + exchange.target());
    }
    current = null;
    ChannelHandlerContext ctx = context();
    if (keepAlive && !listener.isDraining()) {
      ctx.write(answer, ctx.voidPromise());
      if (reading) {
        unflushed = true;
      } else {
        Flusher.flushSoon(ctx);
      }
      next();
    } else {
      refuseRest = true;
      ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** What cannot be parsed gets a page of the HTTP layer and ends the connection. */
  private void refuse(ChannelHandlerContext ctx, HttpRequest request) {
    refuse(ctx, HttpErrors.statusOf(request.decoderResult()));
  }

  private void refuse(ChannelHandlerContext ctx, int status) {
    byte[] page = HttpErrors.page(status);
    refuseRest = true;
    dropBody();
    ByteBuf answer = allocate(page.length + 256);
    writeHead(answer, Response.html(status), page.length, false);
    answer.writeBytes(page);
    ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
  }

  /** Large bodies that come together must not take the memory that small ones need. */
  private void refuseForRoom(Exchange exchange) {
    String text =
        "{\"error\": \"Too many large requests at once: at most "
            + listener.bodies().budget().limit()
            + " bytes may wait to be decoded\"}";
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    exchange.respond(Response.json(503), bytes, bytes.length);
  }

  private static boolean isBroken(DecoderResult result) {
    return result.isFailure();
  }

  void armTimer(long deadlineNanoTime) {
    if (timerArmed || deadlineNanoTime == Long.MAX_VALUE) {
      return;
    }
    timerArmed = true;
    long wait = Math.max(0, deadlineNanoTime - System.nanoTime());
    var _ = context().executor().schedule(this::onTimer, wait, TimeUnit.NANOSECONDS);
  }

  /** One timer per connection, armed again as long as there is something to watch. */
  private void onTimer() {
    timerArmed = false;
    Exchange exchange = current;
    if (exchange == null) {
      return;
    }
    Watcher watcher = exchange.watcher();
    if (watcher == null) {
      return;
    }
    if (exchange.deadlineNanos() - System.nanoTime() <= 0) {
      watcher.onTimeout();
    } else {
      armTimer(exchange.deadlineNanos());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    dropBody();
    for (Exchange exchange : waiting) {
      exchange.releaseBody();
    }
    waiting.clear();
    Exchange exchange = current;
    if (exchange != null) {
      exchange.releaseBody();
      Watcher watcher = exchange.watcher();
      if (watcher != null) {
        watcher.onDisconnect();
      }
    }
    listener.disconnected(ctx.channel());
  }

  private void dropBody() {
    head = null;
    body.drop();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    listener.report(cause);
    // A piece may be missing now: nothing more of this connection must be taken for a request.
    refuseRest = true;
    dropBody();
    ctx.close();
  }

  /** Closes the connection once it has nothing to answer; for draining. */
  void closeWhenIdle() {
    if (current == null && waiting.isEmpty() && head == null) {
      // Behind the answer that may not have been flushed yet.
      context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  void execute(Runnable task) {
    ChannelHandlerContext ctx = context();
    if (ctx.executor().inEventLoop()) {
      task.run();
      return;
    }
    try {
      ctx.executor().execute(task);
    } catch (RejectedExecutionException e) {
      listener.report(e); // the event loops have stopped; the connection is gone with them
    }
  }

  boolean isDraining() {
    return listener.isDraining();
  }

  ByteBuf allocate(int capacity) {
    return context().alloc().buffer(capacity);
  }

  void writeHead(ByteBuf buffer, Response response, int length, boolean keepAlive) {
    listener.heads().write(buffer, response, length, keepAlive);
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return ctx;
  }
}
