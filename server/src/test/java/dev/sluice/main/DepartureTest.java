package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sluice.admission.ByteBudget;
import dev.sluice.http.HttpLimits;
import dev.sluice.http.HttpListener;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class DepartureTest {
  private static final Duration LONG = Duration.ofDays(1);

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicInteger left = new AtomicInteger();
  private final Departure departure =
      new Departure(Optional.of(LONG), () -> left.incrementAndGet());
  private final HttpListener listener =
      new HttpListener(
          loops,
          loops,
          NioServerSocketChannel.class,
          departure,
          new HttpLimits(new ByteBudget(1000), LONG, LONG, Duration.ofSeconds(5)),
          Clock.systemUTC());
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI address = open();

  private URI open() {
    try {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return URI.create("http://127.0.0.1:" + listener.bind(any).getPort() + Departure.PATH);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() {
    client.close();
    listener.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private CompletableFuture<HttpResponse<String>> send(String method, String query) {
    return client.sendAsync(
        HttpRequest.newBuilder(URI.create(address + query))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aCallBeginsItOnceAndNeedNotWait() {
    for (String method : new String[] {"POST", "GET", "POST"}) {
      HttpResponse<String> answer = send(method, "?wait=false").join();
      assertEquals(200, answer.statusCode());
      assertEquals(1, left.get());
    }
  }

  @Test
  void aCallThatWaitsIsAnsweredAtTheEndAndTheStopNeedNotWaitThen() throws Exception {
    CompletableFuture<HttpResponse<String>> waiting = send("GET", "");
    assertEquals(200, send("GET", "?wait=false").join().statusCode());
    assertFalse(waiting.isDone());
    departure.hurry();
    assertEquals(200, waiting.get(60, TimeUnit.SECONDS).statusCode());
    departure.complete();
    assertEquals(1, left.get());
  }

  @Test
  void otherMethodsAreRefused() {
    HttpResponse<String> answer = send("DELETE", "").join();
    assertEquals(405, answer.statusCode());
    assertEquals("GET, POST", answer.headers().firstValue("Allow").orElse(""));
    assertEquals(0, left.get());
  }

  @Test
  void aStopThatNothingIsSaidOfDoesNotWait() throws Exception {
    AtomicInteger times = new AtomicInteger();
    Departure plain = new Departure(Optional.empty(), () -> times.incrementAndGet());
    plain.hurry();
    plain.complete();
    plain.complete();
    assertEquals(1, times.get());
  }
}
