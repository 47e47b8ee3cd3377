package dev.sluice.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients see on real sockets of a listener that leaves, and then drains. */
@Timeout(120)
final class LeavingTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int END = -1;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<Exchange> held = new LinkedBlockingQueue<>();
  private final HttpListener listener =
      new HttpListener(
          loops,
          loops,
          NioServerSocketChannel.class,
          this::handle,
          new HttpLimits(new ByteBudget(1 << 20), LONG, LONG, Duration.ofSeconds(5)),
          Clock.systemUTC());
  private int port;

  @BeforeEach
  void open() throws IOException {
    port = listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();
  }

  @AfterEach
  void close() {
    listener.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private void handle(Exchange exchange) {
    if (exchange.target().equals("/hold")) {
      held.add(exchange);
    } else {
      answer(exchange);
    }
  }

  private static void answer(Exchange exchange) {
    exchange.respond(Response.text(200), new byte[] {'k'}, 1);
  }

  private Exchange takeHeld() throws InterruptedException {
    Exchange exchange = held.poll(30, TimeUnit.SECONDS);
    if (exchange == null) {
      throw new AssertionError("no request came within 30 s");
    }
    return exchange;
  }

  @Test
  void whileItLeavesEachAnswerIsTheLastOfItsConnectionAndNewOnesAreTaken() throws Exception {
    try (Client old = new Client()) {
      old.ask("/");
      assertFalse(old.answer().contains("Connection: close"));
      listener.leave();
      old.ask("/");
      assertTrue(old.answer().contains("Connection: close"));
      assertEquals(END, old.read());
    }
    try (Client late = new Client()) {
      late.ask("/");
      assertTrue(late.answer().contains("Connection: close"));
      assertEquals(END, late.read());
    }
  }

  @Test
  void idleConnectionsAreLeftOpenWhileItLeaves() throws Exception {
    try (Client idle = new Client();
        Client other = new Client()) {
      idle.ask("/");
      idle.answer();
      listener.leave();
      other.ask("/");
      other.answer();
      idle.ask("/");
      assertTrue(idle.answer().contains("Connection: close"));
    }
  }

  @Test
  void anAnswerMadeBeforeTheDrainKeepsItsPromiseForAnotherRequest() throws Exception {
    try (Client client = new Client()) {
      client.ask("/hold");
      Exchange first = takeHeld();
      // The loop stands still between the making of the answer and its sending.
      loops
          .next()
          .submit(
              () -> {
                Thread.ofVirtual().start(() -> answer(first)).join();
                var _ = Thread.ofVirtual().start(listener::drain);
                while (!listener.isDraining()) {
                  Thread.onSpinWait();
                }
                return true;
              });
      assertFalse(client.answer().contains("Connection: close"));
      client.ask("/");
      assertTrue(client.answer().contains("Connection: close"));
      assertEquals(END, client.read());
    }
  }

  @Test
  void anIdleConnectionEndsInOrderSoThatARequestThatCrossesFindsNoReset() throws Exception {
    try (Client client = new Client()) {
      client.ask("/");
      client.answer();
      listener.drain();
      assertEquals(END, client.read());
      client.ask("/");
      assertEquals(END, client.read());
    }
    assertTrue(listener.awaitDrained(LONG));
    assertThrows(IOException.class, Client::new);
  }

  @Test
  void anUploadThatStandsStillDoesNotHoldUpTheDrain() throws Exception {
    try (Client client = new Client()) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc");
      client.awaitAcceptance();
      listener.drain();
      long begun = System.nanoTime();
      assertTrue(listener.awaitDrained(LONG));
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
      assertTrue(seconds < 20, "took " + seconds + " s"); // a minute, were it not in a hurry
      assertTrue(client.answer().startsWith("HTTP/1.1 408"));
    }
  }

  @Test
  void anUploadThatGoesOnIsAnswered() throws Exception {
    try (Client client = new Client()) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
      client.awaitAcceptance();
      listener.drain();
      client.send("def");
      String answer = client.answer();
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
      assertTrue(answer.contains("Connection: close"), answer);
    }
    assertTrue(listener.awaitDrained(LONG));
  }

  /** A client that sees every byte. */
  private final class Client implements AutoCloseable {
    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    private final InputStream in = socket.getInputStream();

    Client() throws IOException {
      socket.setSoTimeout(30_000);
    }

    void ask(String path) throws IOException {
      send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
    }

    /** Returns when all that was sent before has been read: another connection is answered. */
    void awaitAcceptance() throws IOException {
      try (Client other = new Client()) {
        other.ask("/");
        other.answer();
      }
    }

    int read() throws IOException {
      return in.read();
    }

    /** Returns the head of an answer, and skips its body. */
    String answer() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("connection closed after " + head);
        }
        head.append((char) next);
      }
      int at = head.indexOf("Content-Length: ") + "Content-Length: ".length();
      in.readNBytes(Integer.parseInt(head.substring(at, head.indexOf("\r\n", at))));
      return head.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
