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

  /** A body's buffer starts no larger than this, whatever Content-Length claims. */
  private static final int MAX_FIRST_BUFFER = 16 << 20;

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final HttpListener listener;
  private final Deque<Exchange> waiting = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange current;
  private @Nullable HttpRequest head;
  private @Nullable ByteBuf body;

  /** What {@link #body} holds of the listener's budget; a body in one piece holds nothing. */
  private long held;

  private boolean refuseRest;
  private boolean timerArmed;
  private boolean handling;

  HttpConnection(HttpListener listener) {
    this.listener = listener;
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
    ByteBuf bytes = content.content();
    boolean last = content instanceof LastHttpContent;
    if (bytes.isReadable()) {
      ByteBuf gathered = body;
      if (gathered == null && last) {
        body = bytes.retain(); // a small body: all of it in one piece, nothing to copy
      } else {
        int size =
            gathered == null
                ? firstSize(request, bytes)
                : gathered.readableBytes() + bytes.readableBytes();
        if (size > held && !listener.bodies().tryTake(size - held)) {
          refuseForRoom(ctx);
          return;
        }
        held = Math.max(held, size);
        if (gathered == null) {
          gathered = ctx.alloc().buffer(size);
          body = gathered;
        }
        gathered.writeBytes(bytes);
      }
    }
    if (last) {
      complete(request);
    }
  }

  private static int firstSize(HttpRequest request, ByteBuf first) {
    long announced = HttpUtil.getContentLength(request, 4L * first.readableBytes());
    return (int) Math.max(first.readableBytes(), Math.min(announced, MAX_FIRST_BUFFER));
  }

  private void complete(HttpRequest request) {
    Exchange exchange =
        new Exchange(
            this,
            request.method().name(),
            request.uri(),
            request.headers(),
            HttpUtil.isKeepAlive(request),
            new Body(body, listener.bodies(), held));
    head = null;
    body = null;
    held = 0;
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
        listener.handler().handle(exchange);
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
    if (keepAlive) {
      ctx.write(answer, ctx.voidPromise());
      Flusher.flushSoon(ctx);
      next();
    } else {
      refuseRest = true;
      ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** What cannot be parsed gets a page of the HTTP layer and ends the connection. */
  private void refuse(ChannelHandlerContext ctx, HttpRequest request) {
    int status = HttpErrors.statusOf(request.decoderResult());
    refuse(ctx, Response.html(status), HttpErrors.page(status));
  }

  /** Large bodies that come together must not take the memory that small ones need. */
  private void refuseForRoom(ChannelHandlerContext ctx) {
    String text =
        "{\"error\": \"Too many large requests at once: "
            + listener.bodies().held()
            + " bytes of at most "
            + listener.bodies().limit()
            + " wait to be decoded\"}";
    refuse(ctx, Response.json(503), text.getBytes(StandardCharsets.US_ASCII));
  }

  private void refuse(ChannelHandlerContext ctx, Response response, byte[] page) {
    refuseRest = true;
    dropBody();
    ByteBuf answer = allocate(page.length + 256);
    writeHead(answer, response, page.length, false);
    answer.writeBytes(page);
    ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
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
    Watcher watcher = exchange == null ? null : exchange.watcher();
    if (watcher != null) {
      watcher.onDisconnect();
    }
    listener.disconnected(ctx.channel());
  }

  private void dropBody() {
    head = null;
    ByteBuf gathered = body;
    if (gathered != null) {
      body = null;
      gathered.release();
      if (held > 0) {
        listener.bodies().release(held);
        held = 0;
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    listener.report(cause);
    ctx.close();
  }

  /** Closes the connection once it has nothing to answer; for draining. */
  void closeWhenIdle() {
    if (current == null && waiting.isEmpty() && head == null) {
      context().close();
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
