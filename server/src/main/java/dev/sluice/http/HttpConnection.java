package dev.sluice.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: hands on one exchange at a time, and keeps answers in the order of their
 * requests.
 *
 * <p>A client that does not take its answers is read no further and gets none of its requests
 * handed on, so that what it makes us hold stays bounded.
 *
 * <p>Confined to its event loop, but for {@link #execute}, {@link #abort}, {@link #allocate} and
 * {@link #writeHead}.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  /** Requests that a client may send ahead of their answers before we stop reading. */
  private static final int MAX_PIPELINED = 64;

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final HttpListener listener;
  private final Channel channel;
  private final RequestReader requests;
  private final AnswerWriter answers;
  private final DeadlineTimer deadlines = new DeadlineTimer(this);
  private final LastCall lastCall = new LastCall(this);
  private final Deque<Exchange> waiting = new ArrayDeque<>();
  private @Nullable Exchange current;
  private boolean reading;
  private boolean unflushed;
  private boolean handling;

  /** After the last of the exchanges that wait, the connection ends, with this answer or none. */
  private boolean ending;

  private @Nullable LastAnswer last;
  private @Nullable ClientIdentity client;

  /** What a connection ends with. */
  private static final class LastAnswer {
    private final Response response;
    private final byte[] content;

    LastAnswer(Response response, byte[] content) {
      this.response = response;
      this.content = content;
    }
  }

  /** Creates a connection behind its decoder, which is in the channel's pipeline already. */
  HttpConnection(HttpListener listener, Channel channel, RequestDecoder decoder) {
    HttpLimits limits = listener.limits();
    this.listener = listener;
    this.channel = channel;
    this.requests = new RequestReader(this, channel, decoder, limits);
    this.answers = new AnswerWriter(channel.pipeline().context(decoder), limits.answerPatience());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    listener.connected(channel);
    if (listener.isDraining()) {
      lastCall.make();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    try {
      requests.read(message);
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
      answers.flush();
    }
    requests.endOfRead();
    ctx.fireChannelReadComplete();
  }

  void sendContinue() {
    answers.write(Unpooled.wrappedBuffer(CONTINUE));
    answers.flush();
  }

  /** Takes over a whole request; without a body if it found no room. */
  void received(HttpRequest request, @Nullable Body body) {
    waiting.add(
        new Exchange(
            this,
            request.method().name(),
            request.uri(),
            request.headers(),
            Persistence.of(request),
            body));
    next();
  }

  /** Hands on waiting exchanges until one has no answer yet. Not recursive: answers may be now. */
  private void next() {
    if (handling) {
      return;
    }
    handling = true;
    try {
      while (current == null && channel.isWritable() && handOn()) {}
    } finally {
      handling = false;
    }
    regulateReading();
  }

  /** Returns false if nothing waits. */
  private boolean handOn() {
    Exchange exchange = waiting.poll();
    if (exchange == null) {
      if (ending) {
        try {
          sayLast();
        } catch (RuntimeException | Error e) {
          fail(e); // no memory for a page, say: nobody else would end the connection
        }
      }
      return false;
    }
    current = exchange;
    try {
      if (exchange.hasBody()) {
        listener.handler().handle(exchange);
      } else {
        refuseForRoom(exchange);
      }
    } catch (RuntimeException | Error bug) {
      fail(bug); // whoever called us, this exchange gets no answer any more
    }
    return true;
  }

  private void regulateReading() {
    if (waiting.size() >= MAX_PIPELINED || !channel.isWritable()) {
      setAutoRead(false);
    } else if (waiting.isEmpty()) {
      setAutoRead(true);
    }
  }

  private void setAutoRead(boolean on) {
    if (channel.config().isAutoRead() != on) {
      if (on) {
        requests.resumed();
      }
      channel.config().setAutoRead(on);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    next();
  }

  /** Sends the answer of the exchange under way and goes on with the next one. */
  void finish(Exchange exchange, ByteBuf answer, Persistence after) {
    if (exchange != current) {
      answer.release();
      throw new IllegalStateException("answered twice: " + exchange.target());
    }
    answers.write(answer);
    current = null;
    if (after == Persistence.CLOSE) {
      close();
      return;
    }
    if (listener.isDraining()) {
      lastCall.make(); // the answer, which was made before, has promised to keep the connection
    }
    if (reading) {
      unflushed = true;
    } else {
      Flusher.flushSoon(answers);
    }
    next();
  }

  /** Ends the connection with a page of the HTTP layer, when what came before is answered. */
  void refuse(int status) {
    endWith(new LastAnswer(Response.html(status), HttpErrors.page(status)));
  }

  /** Ends the connection likewise, for a body that is larger than any may be. */
  void refuseBody(long bytes) {
    byte[] text = HttpErrors.bodyTooLarge(listener.limits().bodyBytes(), bytes);
    endWith(new LastAnswer(Response.json(413), text));
  }

  /** Ends the connection when what came before is answered. */
  void closeInTurn() {
    endWith(null);
  }

  private void endWith(@Nullable LastAnswer answer) {
    requests.end();
    ending = true;
    last = answer;
    next();
  }

  /** Returns how many bytes of answers the client has taken. */
  long takenBytes() {
    return answers.headway();
  }

  private void sayLast() {
    LastAnswer said = last;
    if (said != null) {
      ByteBuf answer = allocate(said.content.length + 256);
      writeHead(answer, said.response, "", said.content.length, Persistence.CLOSE);
      answers.write(answer.writeBytes(said.content));
    }
    close();
  }

  /** Large bodies that come together must not take the memory that small ones need. */
  private void refuseForRoom(Exchange exchange) {
    byte[] bytes = HttpErrors.noRoom(listener.limits().bodies());
    // Nobody knows when there will be room; at once is too soon.
    Response refused = new Response(503, "application/json", "Retry-After: 1\r\n");
    exchange.respond(refused, bytes, bytes.length);
  }

  /** Closes the connection behind the answers written so far; hands on nothing more. */
  private void close() {
    forget();
    if (listener.isLeaving()) {
      answers.closeGently();
    } else {
      answers.close();
    }
  }

  private void forget() {
    requests.end();
    ending = false;
    for (Exchange exchange : waiting) {
      exchange.releaseBody();
    }
    waiting.clear();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    forget();
    answers.closed();
    Exchange exchange = current;
    if (exchange != null) {
      exchange.releaseBody();
      Watcher watcher = exchange.watcher();
      if (watcher != null) {
        watcher.onDisconnect();
      }
    }
    listener.disconnected(channel);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
  }

  private void fail(Throwable cause) {
    listener.report(cause);
    // A piece may be missing now: nothing more of this connection must be taken for a request.
    requests.end();
    channel.close();
  }

  /** Ends the connection soon, unless the client asks for something; for draining. */
  void lastCall() {
    lastCall.make();
  }

  /** Ends the connection if nobody asks for anything; who does is told in the answer. */
  void endIfIdle() {
    if (current != null || !waiting.isEmpty()) {
      return;
    }
    if (requests.isUnderWay()) {
      requests.hurry();
    } else {
      close();
    }
  }

  void execute(Runnable task) {
    if (loop().inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop().execute(task);
    } catch (RejectedExecutionException e) {
      listener.report(e); // the event loops have stopped; the connection is gone with them
    } catch (Error e) {
      abort(); // no memory for the task
      throw e;
    }
  }

  /** Closes the connection at once, with whatever was not sent; by any thread. */
  void abort() {
    channel.close();
  }

  EventLoop loop() {
    return channel.eventLoop();
  }

  /** Returns the exchange that has been handed on and not been answered, or null. */
  @Nullable Exchange current() {
    return current;
  }

  void armTimer(long deadlineNanoTime) {
    deadlines.arm(deadlineNanoTime);
  }

  String client() {
    return ClientAddress.text(channel.remoteAddress());
  }

  /** Returns the certificate that the client has shown and TLS has verified, or null. */
  @Nullable X509Certificate clientCertificate() {
    ClientIdentity known = client;
    if (known == null) {
      known = ClientIdentity.of(channel);
      client = known;
    }
    return known.certificate();
  }

  boolean isLeaving() {
    return listener.isLeaving();
  }

  ByteBuf allocate(int capacity) {
    return channel.alloc().buffer(capacity);
  }

  void writeHead(ByteBuf buffer, Response response, String own, int length, Persistence after) {
    listener.heads().write(buffer, response, own, length, after);
  }
}
