package dev.sluice.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection on a channel whose time, and whose client, stand still until told to move. */
final class HttpConnectionTest {
  private static final Duration REQUEST_PATIENCE = Duration.ofSeconds(30);
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(60);
  private static final int PAGE = 10_000;
  private static final int HIGH_WATER = 100_000;

  private final MultiThreadIoEventLoopGroup unused =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ByteBudget bodies = new ByteBudget(10 << 20);
  private final Deque<Exchange> held = new ArrayDeque<>();
  private int handled;
  private final HttpListener listener =
      new HttpListener(
          unused,
          unused,
          NioServerSocketChannel.class,
          this::handle,
          new HttpLimits(bodies, REQUEST_PATIENCE, ANSWER_PATIENCE, Duration.ofSeconds(5)),
          Clock.systemUTC());
  private final Client client = connected();

  private Client connected() {
    Client connected = new Client();
    connected.freezeTime();
    connected.config().setWriteBufferWaterMark(new WriteBufferWaterMark(PAGE, HIGH_WATER));
    listener.addHandlers(connected);
    connected.pipeline().fireChannelActive();
    return connected;
  }

  @AfterEach
  void nothingIsHeld() {
    client.stuck = false;
    client.finishAndReleaseAll();
    assertEquals(0, bodies.held());
    unused.shutdownGracefully(0, 1, SECONDS);
  }

  private void handle(Exchange exchange) {
    handled++;
    switch (exchange.target()) {
      case "/hold" -> held.add(exchange);
      case "/page" -> answer(exchange, "p".repeat(PAGE));
      case "/bug" -> throw new IllegalStateException("a bug of the handler");
      default -> answer(exchange, "length " + exchange.bodyLength());
    }
  }

  private static void answer(Exchange exchange, String text) {
    exchange.respond(Response.text(200), text.getBytes(ISO_8859_1), text.length());
  }

  @Test
  void aClientThatDoesNotReadGetsNoMoreRequestsHandedOn() {
    client.stuck = true;
    client.send(get("/page").repeat(1000));
    int most = HIGH_WATER / PAGE + 1;
    assertTrue(handled <= most, "handled " + handled);
    assertFalse(client.config().isAutoRead());

    client.stuck = false;
    client.flush();
    assertEquals(1000, handled);
    assertTrue(client.config().isAutoRead());
    assertEquals(1000, count(client.received(), "HTTP/1.1 200"));
  }

  @Test
  void aClientThatTakesNothingIsClosed() {
    client.stuck = true;
    client.send(get("/page"));
    client.advance(ANSWER_PATIENCE);
    assertFalse(client.isOpen());
  }

  @Test
  void aClientThatTakesNothingIsClosedHoweverItGoesOnAsking() {
    client.stuck = true;
    client.send(get("/small"));
    client.advance(ANSWER_PATIENCE.dividedBy(2));
    client.send(get("/small"));
    client.advance(ANSWER_PATIENCE.dividedBy(2));
    assertFalse(client.isOpen());
  }

  @Test
  void aClientThatTakesNothingOfItsLastAnswerIsClosed() {
    client.stuck = true;
    client.send("GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertTrue(client.isOpen());
    client.advance(ANSWER_PATIENCE);
    assertFalse(client.isOpen());
  }

  @Test
  void aClientThatTakesItsAnswersSlowlyIsKept() {
    client.stuck = true;
    client.send(get("/page").repeat(5));
    for (int i = 0; i < 4; i++) {
      client.take = 100;
      client.flush();
      client.advance(ANSWER_PATIENCE);
      assertTrue(client.isOpen());
    }
    client.stuck = false;
    client.flush();
    client.advance(ANSWER_PATIENCE.multipliedBy(3));
    assertTrue(client.isOpen());
  }

  @Test
  void anAnswerThatFindsNoMemoryClosesTheConnection() {
    client.send(get("/hold"));
    Exchange exchange = held.remove();
    client.config().setAllocator(new NoMemory());
    assertThrows(OutOfMemoryError.class, () -> answer(exchange, "x"));
    assertFalse(client.isOpen());
  }

  @Test
  void aHandlerThatThrowsOnAnotherRequestsAnswerClosesTheConnection() {
    client.send(get("/hold") + get("/bug"));
    answer(held.remove(), "first");
    client.runPendingTasks();
    assertFalse(client.isOpen());
  }

  @Test
  void aHeadThatStaysUnfinishedIsClosed() {
    for (String part : List.of("G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA")) {
      Client slow = connected();
      slow.send(get("/small") + part);
      slow.advance(REQUEST_PATIENCE.minusSeconds(1));
      slow.send(part.length() > 1 ? "a: 1\r\nB" : "E");
      assertTrue(slow.isOpen());
      slow.advance(Duration.ofSeconds(1));
      assertFalse(slow.isOpen(), part);
      assertEquals(1, count(slow.received(), "HTTP/1.1"), part);
    }
  }

  @Test
  void aSmallBodyThatStaysUnfinishedIsGivenUp() {
    client.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc");
    client.advance(REQUEST_PATIENCE);
    assertFalse(client.isOpen());
    assertTrue(client.received().startsWith("HTTP/1.1 408 "));
  }

  @Test
  void anIdleConnectionIsKept() {
    client.send(get("/small"));
    client.advance(REQUEST_PATIENCE.multipliedBy(10));
    client.send("GET /sm");
    client.send("all HTTP/1.1\r\nHost: x\r\n\r\n\r\n\r\n"); // with the empty lines of old clients
    client.advance(REQUEST_PATIENCE.multipliedBy(10));
    assertTrue(client.isOpen());
    client.send(get("/small"));
    assertEquals(3, count(client.received(), "HTTP/1.1 200"));
  }

  @Test
  void requestsThatEachCompleteInTimeAreServed() {
    client.send("GET /small HTTP/1.1\r\n");
    for (int i = 0; i < 10; i++) {
      client.advance(REQUEST_PATIENCE.minusSeconds(1));
      client.send("\r\nGET /small HTTP/1.1\r\n");
      assertTrue(client.isOpen());
    }
    assertEquals(10, count(client.received(), "HTTP/1.1 200"));
  }

  @Test
  void aLargeBodyThatDribblesIsGivenUp() {
    client.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n");
    client.send("x".repeat(2_000_000));
    assertTrue(bodies.held() > 0);
    client.advance(REQUEST_PATIENCE);
    assertTrue(client.isOpen());
    for (int second = 0; second < REQUEST_PATIENCE.toSeconds(); second++) {
      assertTrue(client.isOpen());
      client.send("x");
      client.advance(Duration.ofSeconds(1));
    }
    assertFalse(client.isOpen());
    assertEquals(0, bodies.held());
    assertTrue(client.received().startsWith("HTTP/1.1 408 "));
  }

  @Test
  void aLargeBodyThatComesSlowlyIsServed() {
    client.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    for (int i = 0; i < 10; i++) {
      client.send("x".repeat(100_000));
      client.advance(REQUEST_PATIENCE);
    }
    assertTrue(client.received().endsWith("length 1000000"));
  }

  @Test
  void aRequestThatWeDoNotReadIsNotGivenUp() {
    client.send(get("/hold").repeat(100) + "POST /small HTTP/1.1\r\n");
    assertFalse(client.config().isAutoRead());
    client.advance(REQUEST_PATIENCE.multipliedBy(3).minusSeconds(1));
    for (int i = 0; i < 100; i++) {
      answer(held.remove(), "late");
      client.runPendingTasks();
    }
    assertTrue(client.config().isAutoRead());
    client.advance(Duration.ofSeconds(2));
    client.send("Content-Length: 1\r\n\r\nx");
    assertTrue(client.received().endsWith("length 1"));
  }

  @Test
  void aBodyThatCannotBeReadIsRefused() {
    client.send(
        "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n");
    assertTrue(client.received().startsWith("HTTP/1.1 400 "), client.received());
    assertFalse(client.isOpen());
  }

  /** It takes answers as fast as it can, and meanwhile we do not read what it sends. */
  @Test
  void aClientThatTakesItsAnswersIsNotBlamedForABodyThatWeDoNotRead() {
    client.stuck = true;
    client.send(get("/hold"));
    client.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
    client.send("x".repeat(200_000));
    assertTrue(bodies.held() > 0);
    answer(held.remove(), "p".repeat(10 * HIGH_WATER));
    client.runPendingTasks();
    assertFalse(client.isWritable());
    for (int i = 0; i < 5; i++) {
      client.take = HIGH_WATER;
      client.flush();
      client.advance(REQUEST_PATIENCE);
      assertTrue(client.isOpen());
    }
    client.stuck = false;
    client.flush();
    client.send("x".repeat(100_000));
    assertTrue(client.received().endsWith("length 300000"));
  }

  @Test
  void whatIsMalformedIsRefusedInItsTurn() {
    client.send(get("/hold") + get("/small") + "nonsense\r\n\r\n" + get("/small"));
    assertEquals("", client.received());
    answer(held.remove(), "first");
    client.runPendingTasks();
    assertInOrder(client.received(), "first", "length 0", "HTTP/1.1 400 ");
    assertEquals(2, handled);
    assertFalse(client.isOpen());
  }

  /** What follows could be a body to one reader, and a request to another. */
  @Test
  void aRequestWhoseEndIsAMatterOfOpinionIsRefused() {
    List<String> ambiguous =
        List.of(
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked");
    for (String headers : ambiguous) {
      Client attacker = connected();
      attacker.send("POST /small HTTP/1.1\r\n" + headers + "\r\n\r\n0\r\n\r\n" + get("/small"));
      assertInOrder(attacker.received(), "HTTP/1.1 400 ");
      assertFalse(attacker.isOpen(), headers);
      attacker.finishAndReleaseAll();
    }
    assertEquals(0, handled);
    client.send("POST /small HTTP/1.1\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n");
    assertEquals(1, handled);
  }

  @Test
  void aBodyThatIsGivenUpIsRefusedInItsTurn() {
    client.send(get("/hold") + "POST /small HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n");
    client.send("x".repeat(1_000_000));
    client.advance(REQUEST_PATIENCE.multipliedBy(2));
    assertEquals(0, bodies.held());
    assertEquals("", client.received());
    answer(held.remove(), "first");
    client.runPendingTasks();
    assertInOrder(client.received(), "first", "HTTP/1.1 408 ");
    assertFalse(client.isOpen());
  }

  /** It may be about to ask on a connection that our last answer promised to keep. */
  @Test
  void aClientThatAsksSoonAfterTheDrainBeganIsAnswered() {
    client.send(get("/small"));
    listener.drain();
    client.advanceTimeBy(LastCall.PERIOD.toMillis() - 1, MILLISECONDS);
    client.runPendingTasks();
    assertTrue(client.isOpen());
    client.send(get("/small"));
    assertEquals(2, count(client.received(), "HTTP/1.1 200"));
    assertEquals(1, count(client.received(), "\r\nConnection: close\r\n"));
    assertFalse(client.isOpen());
  }

  @Test
  void aClientThatAsksForNothingIsClosedSoonAfterTheDrainBegan() {
    client.send(get("/small"));
    listener.drain();
    client.runPendingTasks();
    client.advanceTimeBy(LastCall.PERIOD.toMillis(), MILLISECONDS);
    client.runPendingTasks();
    assertFalse(client.isOpen());
  }

  @Test
  void anUploadThatStandsStillIsGivenUpSoonAfterTheDrainBegan() {
    client.send("POST /small HTTP/1.1\r\nContent-Length: 99\r\n\r\nx");
    listener.drain();
    client.runPendingTasks();
    client.advance(Duration.ofSeconds(5));
    assertInOrder(client.received(), "HTTP/1.1 408 ");
    assertFalse(client.isOpen());
  }

  @Test
  void anAnswerThatIsStillBeingMadeIsWaitedForInADrain() {
    client.send(get("/hold"));
    listener.drain();
    client.runPendingTasks();
    client.advance(Duration.ofMinutes(10));
    assertTrue(client.isOpen());
    answer(held.remove(), "late");
    client.runPendingTasks();
    assertInOrder(client.received(), "Connection: close", "late");
    assertFalse(client.isOpen());
  }

  @Test
  void anOldClientIsToldThatItsConnectionIsKept() {
    client.send("GET /small HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".repeat(2));
    assertEquals(2, count(client.received(), "\r\nConnection: keep-alive\r\n\r\nlength 0"));
    client.send(get("/small"));
    assertFalse(client.lastReceived().contains("Connection:"));
  }

  private static String get(String target) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  private static void assertInOrder(String text, String... parts) {
    int from = 0;
    for (String part : parts) {
      int at = text.indexOf(part, from);
      assertTrue(at >= 0, "no " + part + " in its place: " + text);
      from = at + part.length();
    }
  }

  /** A channel that takes what is written, or not. */
  private static final class Client extends EmbeddedChannel {
    private final List<String> received = new ArrayList<>();
    private boolean stuck;

    /** Bytes that a stuck client takes all the same. */
    private int take;

    void send(String text) {
      writeInbound(Unpooled.copiedBuffer(text, ISO_8859_1));
    }

    /** Lets time pass, second by second, for timers that start each other. */
    void advance(Duration time) {
      for (long second = 0; second < time.toSeconds(); second++) {
        advanceTimeBy(1, SECONDS);
        runPendingTasks();
      }
    }

    String lastReceived() {
      received();
      return received.getLast();
    }

    String received() {
      for (ByteBuf part = readOutbound(); part != null; part = readOutbound()) {
        received.add(part.toString(ISO_8859_1));
        part.release();
      }
      return String.join("", received);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws Exception {
      if (!stuck) {
        super.doWrite(out);
      } else if (out.current() instanceof ByteBuf) {
        out.removeBytes(take);
        take = 0;
      }
    }
  }

  private static final class NoMemory extends AbstractByteBufAllocator {
    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      throw new OutOfMemoryError("none left");
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      throw new OutOfMemoryError("none left");
    }

    @Override
    public CompositeByteBuf compositeBuffer() {
      return UnpooledByteBufAllocator.DEFAULT.compositeBuffer();
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
