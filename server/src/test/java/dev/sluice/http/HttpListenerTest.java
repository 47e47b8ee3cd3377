package dev.sluice.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpListenerTest {
  private static final byte[] PAGE = new byte[50_000];

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<Exchange> held = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final ByteBudget bodies = new ByteBudget(1 << 20);
  private final HttpListener listener =
      new HttpListener(
          loops,
          loops,
          NioServerSocketChannel.class,
          new Router(
              Map.of(
                  "/echo",
                  HttpListenerTest::echo,
                  "/hold",
                  this::hold,
                  "/page",
                  exchange -> exchange.respond(Response.text(200), PAGE, PAGE.length),
                  "/own",
                  HttpListenerTest::own,
                  "/v1/echo",
                  HttpListenerTest::echo),
              List.of(
                  new Router.Prefix(
                      "/v1/", exchange -> exchange.respond(Response.text(200), new byte[0], 0)))),
          limits(Duration.ofMinutes(1)),
          Clock.systemUTC());
  private int port;

  private HttpLimits limits(Duration requestPatience) {
    return new HttpLimits(bodies, requestPatience, Duration.ofMinutes(1), Duration.ofSeconds(5));
  }

  @BeforeEach
  void open() throws IOException {
    port = listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();
  }

  @AfterEach
  void close() {
    listener.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static void echo(Exchange exchange) {
    byte[] body = new byte[exchange.bodyLength()];
    exchange.copyBody(body);
    exchange.respond(Response.text(200), body, body.length);
  }

  private static void own(Exchange exchange) {
    byte[] body = {'o'};
    exchange.respond(Response.text(200), "X-Own: " + exchange.header("X-Own") + "\r\n", body, 1);
  }

  private void hold(Exchange exchange) {
    exchange.watch(
        new Watcher() {
          @Override
          public void onTimeout() {
            events.add("timeout");
            byte[] late = "late".getBytes(ISO_8859_1);
            exchange.respond(Response.text(504), late, late.length);
          }

          @Override
          public void onDisconnect() {
            events.add("disconnect");
          }
        },
        System.nanoTime() + (exchange.header("X-Short") == null ? 3600_000_000_000L : 20_000_000L));
    held.add(exchange);
  }

  @Test
  void keepsTheConnectionAndTheOrderOfPipelinedRequests() throws IOException {
    try (Client client = new Client()) {
      client.send(post("/echo", "one") + post("/echo", "two") + post("/echo", "three"));

      assertEquals("one", client.answer().body());
      assertEquals("two", client.answer().body());
      assertEquals("three", client.answer().body());
    }
  }

  @Test
  void laterRequestsWaitForTheAnswerOfTheFirst() throws Exception {
    try (Client client = new Client()) {
      client.send(post("/hold", "") + post("/echo", "second"));
      Exchange first = take(held);
      byte[] body = "first".getBytes(ISO_8859_1);
      first.respond(Response.text(200), body, body.length);

      assertEquals("first", client.answer().body());
      assertEquals("second", client.answer().body());
    }
  }

  @Test
  void aClientThatReadsLateGetsAllItsAnswers() throws IOException {
    try (Client client = new Client()) {
      int pages = 1000; // more than sockets and the connection take unread
      client.send("GET /page HTTP/1.1\r\nHost: x\r\n\r\n".repeat(pages) + post("/echo", "last"));
      for (int i = 0; i < pages; i++) {
        assertEquals(PAGE.length, client.answer().body().length());
      }
      assertEquals("last", client.answer().body());
    }
  }

  @Test
  void aLargeBodyThatFindsNoRoomIsRefusedInItsTurnAndTheConnectionLives() throws Exception {
    String large = "0123456789".repeat(300_000);
    try (Client first = new Client();
        Client second = new Client()) {
      first.send(post("/echo", large).substring(0, 2_000_000));
      awaitBudgetSpent();
      second.send(post("/hold", "") + post("/echo", large) + post("/echo", "small"));
      byte[] body = "held".getBytes(ISO_8859_1);
      take(held).respond(Response.text(200), body, body.length);
      assertEquals("held", second.answer().body());
      String refused = second.answer().head();
      assertTrue(refused.startsWith("HTTP/1.1 503 "), refused);
      assertTrue(refused.contains("\nRetry-After: 1\n"), refused);
      assertEquals("small", second.answer().body());
    }
    awaitHeld(false);
  }

  @Test
  void aBodyThatStopsArrivingIsGivenUp() throws IOException {
    HttpListener impatient =
        new HttpListener(
            loops,
            loops,
            NioServerSocketChannel.class,
            HttpListenerTest::echo,
            limits(Duration.ofSeconds(2)), // within which a slow machine sends the next bytes
            Clock.systemUTC());
    port = impatient.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();
    String large = "0123456789".repeat(300_000);
    try (impatient;
        Client client = new Client()) {
      client.send(post("/echo", large).substring(0, 2_000_000));
      assertTrue(client.answer().head().startsWith("HTTP/1.1 408 "));
      awaitHeld(false);
    }
  }

  @Test
  void smallBodiesNeedNoRoom() throws IOException {
    String large = "0123456789".repeat(300_000);
    try (Client first = new Client();
        Client second = new Client()) {
      first.send(post("/echo", large).substring(0, 2_000_000));
      awaitHeld(true);
      second.send(
          "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "7d00\r\n"
              + "x".repeat(32_000)
              + "\r\n3\r\nabc\r\n0\r\n\r\n");
      assertEquals("x".repeat(32_000) + "abc", second.answer().body());
    }
    awaitHeld(false);
  }

  private void awaitHeld(boolean some) {
    await(() -> bodies.held() > 0 == some);
  }

  /** Before, another large body may still find room, and the one under way none. */
  private void awaitBudgetSpent() {
    await(() -> bodies.held() > bodies.limit());
  }

  private static void await(BooleanSupplier condition) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
          }
        });
  }

  @Test
  void oneBodyMayBeLargerThanTheBudget() throws IOException {
    String large = "0123456789".repeat(300_000);
    try (Client client = new Client()) {
      client.send(post("/echo", large));
      assertEquals(large, client.answer().body());
    }
    awaitHeld(false);
  }

  @Test
  void anExactPathWinsOverAPrefix() throws IOException {
    try (Client client = new Client()) {
      client.send(post("/v1/echo", "exact") + post("/v1/other", "prefix"));
      assertEquals("exact", client.answer().body());
      assertEquals("", client.answer().body());
    }
  }

  @Test
  void gathersChunkedAndLargeBodies() throws IOException {
    try (Client client = new Client()) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
      assertEquals("abcdefg", client.answer().body());

      String large = "0123456789".repeat(300_000);
      client.send(post("/echo", large));
      assertEquals(large, client.answer().body());
    }
  }

  @Test
  void answersContinueWhenExpected() throws IOException {
    try (Client client = new Client()) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      assertEquals("HTTP/1.1 100 Continue", client.line());
      assertEquals("", client.line());
      client.send("ok");
      assertEquals("ok", client.answer().body());
    }
  }

  @Test
  void closesAfterHttp10AndConnectionClose() throws IOException {
    try (Client client = new Client()) {
      client.send("POST /echo HTTP/1.0\r\nContent-Length: 1\r\n\r\nx");
      Answer answer = client.answer();
      assertTrue(answer.head().contains("Connection: close"), answer.head());
      assertEquals(-1, client.read());
    }
  }

  @Test
  void headHasNoBody() throws IOException {
    try (Client client = new Client()) {
      client.send("HEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" + post("/echo", "next"));
      assertTrue(client.head().startsWith("HTTP/1.1 404"));
      assertEquals("next", client.answer().body());
    }
  }

  @Test
  void whatIsNotHttpIsRefused() throws IOException {
    assertRefused("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400);
    assertRefused("\0\1\2\r\n\r\n", 400);
    assertRefused("GET /" + "a".repeat(70_000) + " HTTP/1.1\r\n\r\n", 414);
    assertRefused("GET / HTTP/1.1\r\nA: " + "a".repeat(70_000) + "\r\n\r\n", 431);
  }

  @Test
  void routerAnswersWhatNoApiShouldSee() throws IOException {
    try (Client client = new Client()) {
      client.send("TRACE /echo HTTP/1.1\r\nHost: x\r\n\r\n");
      assertEquals(501, client.answer().status());
      client.send("GET /echo%zz HTTP/1.1\r\nHost: x\r\n\r\n");
      assertEquals(400, client.answer().status());
      client.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n");
      assertEquals(404, client.answer().status());
      client.send("GET /echo?query HTTP/1.1\r\nHost: x\r\n\r\n");
      assertEquals(200, client.answer().status());
    }
  }

  @Test
  void timeoutAndDisconnectReachTheWatcher() throws Exception {
    try (Client client = new Client()) {
      client.send("GET /hold HTTP/1.1\r\nHost: x\r\nX-Short: 1\r\n\r\n");
      assertEquals("late", client.answer().body());
      assertEquals("timeout", take(events));
      held.clear();
      client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
      take(held);
    }
    assertEquals("disconnect", take(events));
  }

  @Test
  void aSoonerDeadlineTakesTheTimerOver() throws Exception {
    try (Client client = new Client()) {
      client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
      Exchange exchange = take(held);
      exchange.execute(
          () ->
              exchange.watch(
                  Objects.requireNonNull(exchange.watcher()), System.nanoTime() + 1_000_000));
      assertEquals("late", client.answer().body());
    }
  }

  @Test
  void anAnswerMayHaveHeadersOfItsOwn() throws Exception {
    try (Client client = new Client()) {
      for (int i = 0; i < 2; i++) {
        client.send("GET /own HTTP/1.1\r\nHost: x\r\nX-Own: " + i + "\r\n\r\n");
        Answer answer = client.answer();
        assertTrue(answer.head().contains("\nX-Own: " + i + "\n"), answer.head());
        assertEquals("o", answer.body());
      }
    }
  }

  @Test
  void answeringTwiceIsABugAndSendsNothing() throws Exception {
    try (Client client = new Client()) {
      client.send(post("/hold", ""));
      Exchange exchange = take(held);
      CountDownLatch done = new CountDownLatch(1);
      exchange.execute(
          () -> {
            exchange.respond(Response.text(200), new byte[] {'1'}, 1);
            try {
              assertThrows(
                  IllegalStateException.class,
                  () -> exchange.respond(Response.text(200), new byte[] {'2'}, 1));
              events.add("refused");
            } finally {
              done.countDown();
            }
          });
      assertTrue(done.await(30, TimeUnit.SECONDS));
      assertEquals("refused", take(events));
      assertEquals("1", client.answer().body());
    }
  }

  @Test
  void drainLetsTheAnswerUnderWayOutAndRefusesNewConnections() throws Exception {
    try (Client busy = new Client();
        Client idle = new Client()) {
      idle.send(post("/echo", "x"));
      assertEquals("x", idle.answer().body());
      busy.send(post("/hold", ""));
      Exchange exchange = take(held);
      listener.drain();

      assertEquals(-1, idle.read());
      awaitRefused();
      exchange.respond(Response.text(200), "bye".getBytes(ISO_8859_1), 3);
      assertEquals("bye", busy.answer().body());
      assertTrue(listener.awaitDrained(java.time.Duration.ofSeconds(30)));
      assertEquals(-1, busy.read());
    }
  }

  @Test
  void closeLeavesALoopThatHangsBehind() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    HttpListener impatient =
        new HttpListener(
            loops,
            loops,
            NioServerSocketChannel.class,
            exchange -> {
              hangs.countDown();
              awaitUninterruptibly(end);
            },
            new HttpLimits(
                bodies, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMillis(50)),
            Clock.systemUTC());
    port = impatient.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();
    try (Client client = new Client()) {
      client.send(post("/", ""));
      assertTrue(hangs.await(30, TimeUnit.SECONDS));
      assertTimeoutPreemptively(Duration.ofSeconds(30), impatient::close);
    } finally {
      end.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void portInUseIsSaid() {
    HttpListener second =
        new HttpListener(
            loops,
            loops,
            NioServerSocketChannel.class,
            e -> {},
            limits(Duration.ofMinutes(1)),
            Clock.systemUTC());
    IOException refusal =
        assertThrows(
            IOException.class,
            () -> second.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    assertTrue(String.valueOf(refusal.getMessage()).contains("port " + port));
  }

  /** The system closes a port some moments after its channel. */
  private void awaitRefused() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (System.nanoTime() < end) {
      try {
        new Client().close();
      } catch (IOException refused) {
        return;
      }
    }
    throw new AssertionError("still accepts connections after 30 s");
  }

  private void assertRefused(String request, int status) throws IOException {
    try (Client client = new Client()) {
      client.send(request);
      Answer answer = client.answer();
      assertEquals(status, answer.status());
      assertTrue(answer.head().contains("text/html"));
      assertEquals(-1, client.read());
    }
  }

  private static String post(String path, String body) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T value = queue.poll(30, TimeUnit.SECONDS);
    if (value == null) {
      throw new AssertionError("nothing came within 30 s");
    }
    return value;
  }

  private record Answer(String head, String body) {
    int status() {
      return Integer.parseInt(head.substring(9, 12));
    }
  }

  /** A client that sees every byte. */
  private final class Client implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Client() throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(30_000);
      in = new java.io.BufferedInputStream(socket.getInputStream());
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
    }

    int read() throws IOException {
      return in.read();
    }

    String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("connection closed after " + line);
        }
        if (c != '\r') {
          line.write(c);
        }
      }
      return line.toString(ISO_8859_1);
    }

    String head() throws IOException {
      StringBuilder head = new StringBuilder();
      for (String line = line(); !line.isEmpty(); line = line()) {
        head.append(line).append('\n');
      }
      return head.toString();
    }

    Answer answer() throws IOException {
      String head = head();
      int at = head.indexOf("Content-Length: ") + "Content-Length: ".length();
      int length = Integer.parseInt(head.substring(at, head.indexOf('\n', at)));
      assertFalse(head.contains("null"), head);
      return new Answer(head, new String(in.readNBytes(length), ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
