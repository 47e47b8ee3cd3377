package dev.sluice.it;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A browser without a window, steered by its own debugging protocol: JSON over one web socket. The
 * libraries that would do it bring a second run-time of 100 MB and more, and a browser of their
 * own.
 */
final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");
  private static final int PATIENCE_SECONDS = 120;

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
  private final Map<String, Consumer<JsonObject>> listeners = new ConcurrentHashMap<>();

  private Chromium(Process process, URI address) {
    this.process = process;
    this.socket =
        client.newWebSocketBuilder().buildAsync(address, new Messages(this::received)).join();
  }

  /** Returns a browser's program; without one the test is skipped, but in CI it fails. */
  static Path require() {
    Optional<Path> program = find();
    if (program.isEmpty() && System.getenv("CI") == null) {
      Assumptions.abort("no Chromium on the PATH: install one, such as the package chromium");
    }
    return program.orElseThrow(
        () -> new AssertionError("CI has no Chromium: .ci/run installs one"));
  }

  /** Finds the program on the PATH. */
  private static Optional<Path> find() {
    String path = System.getenv().getOrDefault("PATH", "");
    return NAMES.stream()
        .flatMap(
            name -> Stream.of(path.split(File.pathSeparator, -1)).map(dir -> Path.of(dir, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts a browser with a fresh profile. */
  static Chromium start(Path program, Path profile) throws IOException {
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox", // it shows only what this build serves, often as root
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return new Chromium(process, address(process));
    } catch (Throwable failure) {
      process.destroyForcibly();
      throw failure;
    }
  }

  /** Reads on for as long as the process lives, so that it never waits for a reader. */
  private static URI address(Process process) throws IOException {
    BufferedReader lines = process.errorReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        Thread.ofVirtual().start(() -> lines.lines().forEach(ignored -> {}));
        return URI.create(listening.group(1));
      }
      said.append(line).append('\n');
    }
    throw new IOException("the browser ended at its start:\n" + said);
  }

  /** Puts messages together, which come in parts. */
  private static final class Messages implements WebSocket.Listener {
    private final Consumer<JsonObject> target;
    private final StringBuilder text = new StringBuilder();

    Messages(Consumer<JsonObject> target) {
      this.target = target;
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        JsonObject message = JsonParser.parseString(text.toString()).getAsJsonObject();
        text.setLength(0);
        target.accept(message);
      }
      webSocket.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  private void received(JsonObject message) {
    if (message.has("id")) {
      CompletableFuture<JsonObject> answer = asked.remove(message.get("id").getAsInt());
      if (answer == null) {
        return; // nobody waits any more
      }
      if (message.has("error")) {
        answer.completeExceptionally(new AssertionError(message.get("error").toString()));
      } else {
        answer.complete(message.getAsJsonObject("result"));
      }
    } else if (message.has("sessionId")) {
      Consumer<JsonObject> listener = listeners.get(message.get("sessionId").getAsString());
      if (listener != null) {
        listener.accept(message);
      }
    }
  }

  /** Opens an empty page. */
  Page newPage() {
    JsonObject blank = new JsonObject();
    blank.addProperty("url", "about:blank");
    String target = call("", "Target.createTarget", blank).get("targetId").getAsString();
    JsonObject attach = new JsonObject();
    attach.addProperty("targetId", target);
    attach.addProperty("flatten", true);
    String session = call("", "Target.attachToTarget", attach).get("sessionId").getAsString();
    return new Page(this, target, session);
  }

  void listen(String session, Consumer<JsonObject> listener) {
    listeners.put(session, listener);
  }

  /** Calls a method and returns its result; an empty session is the browser itself. */
  JsonObject call(String session, String method, JsonObject parameters) {
    int id = lastId.incrementAndGet();
    JsonObject message = new JsonObject();
    message.addProperty("id", id);
    message.addProperty("method", method);
    message.add("params", parameters);
    if (!session.isEmpty()) {
      message.addProperty("sessionId", session);
    }
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    asked.put(id, answer);
    synchronized (socket) { // it takes one message at a time
      socket.sendText(message.toString(), true).join();
    }
    return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    List<ProcessHandle> helpers = process.descendants().toList();
    process.destroyForcibly();
    helpers.forEach(ProcessHandle::destroyForcibly);
    client.shutdownNow();
  }
}
