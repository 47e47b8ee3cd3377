package dev.sluice.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays the recorded starts: command lines and files that end the reference's start, or do not.
 * {@code startup_differences.json} names what is otherwise on purpose, and why.
 */
class StartupScenarioTest {
  private static final int AT_ONCE = 4;

  @TempDir private static Path scratch;
  private static ExecutorService threads;

  @BeforeAll
  static void startThreads() {
    threads = Executors.newFixedThreadPool(AT_ONCE, Thread.ofPlatform().daemon().factory());
  }

  @AfterAll
  static void stopThreads() {
    threads.shutdownNow();
  }

  @TestFactory
  Stream<DynamicTest> asRecorded() throws IOException {
    JsonObject differences = read("startup_differences.json");
    Set<String> unused = new HashSet<>(differences.keySet());
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonElement element : read("startup.json").getAsJsonArray("cases")) {
      JsonObject recorded = element.getAsJsonObject();
      String name = recorded.get("name").getAsString();
      JsonObject difference = differences.getAsJsonObject(name);
      unused.remove(name);
      Path files = Files.createDirectory(scratch.resolve("case-" + tests.size()));
      Future<Void> ended =
          threads.submit(
              () -> {
                replay(recorded, difference, files);
                return null;
              });
      tests.add(DynamicTest.dynamicTest(name, ended::get));
    }
    assertEquals(Set.of(), unused, "differences of cases that are not recorded");
    return tests.stream();
  }

  private static JsonObject read(String name) throws IOException {
    try (InputStream file = StartupScenarioTest.class.getResourceAsStream("/lifecycle/" + name)) {
      if (file == null) {
        throw new IllegalStateException("no resource lifecycle/" + name);
      }
      return JsonParser.parseReader(new InputStreamReader(file, UTF_8)).getAsJsonObject();
    }
  }

  /** What a start came to; the lines are those wanted that were not printed. */
  private record Outcome(
      String outcome, String restPort, String grpcPort, String exitStatus, List<String> missing) {}

  private static void replay(JsonObject recorded, @Nullable JsonObject difference, Path files)
      throws Exception {
    List<String> lines = strings(recorded.get("lines"));
    if (difference != null) {
      difference.getAsJsonObject("instead").asMap().forEach(recorded::add);
      if (!difference.get("lines").isJsonNull()) {
        lines = strings(difference.get("lines"));
      }
    }
    for (Map.Entry<String, JsonElement> file : recorded.getAsJsonObject("files").entrySet()) {
      Files.writeString(files.resolve(file.getKey()), expand(file.getValue().getAsString(), files));
    }
    int grpc = FreePorts.next();
    int rest = FreePorts.next();
    List<String> flags = new ArrayList<>();
    flags.add("--port=" + grpc);
    flags.add("--rest_api_port=" + rest);
    strings(recorded.get("flags")).forEach(flag -> flags.add(expand(flag, files)));
    boolean runs = recorded.get("outcome").getAsString().equals("running");
    try (ServerProcess server =
        ServerProcess.launchModelServer(grpc, rest, flags.toArray(String[]::new))) {
      if (runs) {
        server.awaitReady();
      } else {
        var _ = server.exitCode();
      }
      assertEquals(
          new Outcome(
              recorded.get("outcome").getAsString(),
              recorded.get("rest_port").getAsString(),
              recorded.get("grpc_port").getAsString(),
              recorded.get("exit_status").toString(),
              List.of()),
          new Outcome(
              server.isAlive() ? "running" : "ended",
              state(rest),
              state(grpc),
              runs ? "null" : Integer.toString(server.exitCode()),
              missing(server, lines, files)),
          () -> String.join("\n", server.log()));
    }
  }

  private static List<String> missing(ServerProcess server, List<String> lines, Path files) {
    List<String> missing = new ArrayList<>();
    for (String line : lines) {
      String text = expand(line, files);
      if (server.log().stream().noneMatch(printed -> printed.contains(text))) {
        missing.add(line);
      }
    }
    return missing;
  }

  private static String expand(String text, Path files) {
    return text.replace("${CONFIG}", files.toString())
        .replace("${MODELS}", Models.root().toString());
  }

  private static List<String> strings(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
  }

  private static String state(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected() ? "open" : "closed";
    } catch (IOException e) {
      return "closed";
    }
  }
}
