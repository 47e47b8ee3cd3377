package dev.sluice.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one request may bring. */
@Timeout(60)
class BoundedRequestsTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String CLOSE = "Connection: close\r\n";

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ByteBudget bodies = new ByteBudget(1 << 20);
  private final HttpListener listener =
      new HttpListener(
          loops,
          loops,
          NioServerSocketChannel.class,
          exchange -> {
            byte[] length = Integer.toString(exchange.bodyLength()).getBytes(ISO_8859_1);
            exchange.respond(Response.text(200), length, length.length);
          },
          new HttpLimits(bodies, LONG, LONG, Duration.ofSeconds(5), 2000, 1000),
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
    assertEquals(0, bodies.held());
  }

  /** Returns all that comes until the server closes the connection. */
  private String send(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  @Test
  void aBodyOfTheMostBytesIsTaken() throws IOException {
    String answer =
        send("POST / HTTP/1.1\r\n" + CLOSE + "Content-Length: 1000\r\n\r\n" + "x".repeat(1000));
    assertTrue(answer.endsWith("\r\n1000"), answer);
  }

  @Test
  void aLargerOneIsRefusedBeforeItComes() throws IOException {
    String answer =
        send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9999999999\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    assertTrue(
        answer.endsWith(
            "{\"error\": \"Expected a body of at most 1000 bytes (--max_request_body_bytes), found"
                + " 9999999999\"}"),
        answer);
  }

  @Test
  void aLargerOneInPiecesIsRefusedWhenItHasGrownTooLarge() throws IOException {
    String piece = "12c\r\n" + "x".repeat(300) + "\r\n";
    String answer = send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + piece.repeat(4));
    assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
    assertTrue(answer.contains("found 1200"), answer);
  }

  @Test
  void whatCameBeforeIsAnswered() throws IOException {
    String answer = send("GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertTrue(answer.contains("HTTP/1.1 413 "), answer);
  }

  @Test
  void headsAreBounded() throws IOException {
    assertTrue(
        send("GET / HTTP/1.1\r\nX: " + "x".repeat(2001) + "\r\n\r\n").startsWith("HTTP/1.1 431 "));
    assertTrue(send("GET /" + "x".repeat(2001) + " HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 414 "));
  }
}
