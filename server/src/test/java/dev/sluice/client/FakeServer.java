package dev.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server with prepared answers; what it has none for is not found. */
public final class FakeServer implements AutoCloseable {
  private record Answer(int status, String body) {}

  private final HttpServer server;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();

  /** Starts a server without answers. */
  public FakeServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      Answer answer =
          answers.getOrDefault(
              exchange.getRequestURI().getPath(), new Answer(404, "{\"error\": \"not here\"}"));
      byte[] body = answer.body().getBytes(UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Prepares the answer for a path. */
  public void on(String path, int status, String body) {
    answers.put(path, new Answer(status, body));
  }

  /** Returns the address of the server. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Returns what was sent, the last one last. */
  List<String> bodies() {
    return bodies;
  }

  List<String> tokens() {
    return tokens;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
