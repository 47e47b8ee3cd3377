package dev.sluice.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.testing.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RemoteTextTest {
  @TempDir private Path scratch;
  private final HttpsServer server;

  RemoteTextTest() throws IOException {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() throws Exception {
    Identity own = Identity.create(scratch, "keys");
    Files.writeString(scratch.resolve("own.pem"), own.certificate());
    server.setHttpsConfigurator(new HttpsConfigurator(own.server()));
    serve("/keys", 200, "text".getBytes(StandardCharsets.US_ASCII));
    serve("/none", 404, new byte[0]);
    serve("/large", 200, new byte[(1 << 20) + 1]);
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/keys");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.start();
  }

  private void serve(String path, int status, byte[] body) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
          }
        });
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String get(String path, Optional<Path> ca) throws IOException, InterruptedException {
    return text(path, ca, Duration.ofMinutes(1)).get();
  }

  private RemoteText text(String path, Optional<Path> ca, Duration patience) {
    return new RemoteText(
        "https://localhost:" + server.getAddress().getPort() + path, ca, patience);
  }

  private Optional<Path> trusted() {
    return Optional.of(scratch.resolve("own.pem"));
  }

  @Test
  void aHostIsTrustedByItsAuthority() throws Exception {
    assertEquals("text", get("/keys", trusted()));
    assertThrows(IOException.class, () -> get("/keys", Optional.empty()));
    Path nothing = Files.writeString(scratch.resolve("ca.pem"), "nothing");
    assertThrows(IOException.class, () -> get("/keys", Optional.of(nothing)));
  }

  @Test
  void onlyTheTextItselfIsTaken() {
    assertTrue(
        assertThrows(IOException.class, () -> get("/none", trusted()))
            .toString()
            .contains("expected status 200, found 404"));
    assertTrue(
        assertThrows(IOException.class, () -> get("/moved", trusted()))
            .toString()
            .contains("found 302"));
    assertThrows(IOException.class, () -> get("/large", trusted()));
  }

  /** The head of an answer is no answer. */
  @Test
  void whoNeverEndsHisAnswerIsGivenUp() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    server.createContext(
        "/stalls",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().flush();
          try {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try {
      RemoteText stalling = text("/stalls", trusted(), Duration.ofSeconds(1));
      assertEquals(
          "no whole answer within 1000 ms",
          assertThrows(IOException.class, stalling::get).getMessage());
    } finally {
      over.countDown();
    }
  }
}
