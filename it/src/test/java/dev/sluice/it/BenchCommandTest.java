package dev.sluice.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The load tool as users start it, against a real server with real models. */
final class BenchCommandTest {
  @TempDir private static Path scratch;
  private static ServerProcess server;

  @BeforeAll
  static void start() throws Exception {
    Path config =
        Files.writeString(
            scratch.resolve("models.config"),
            "model_config_list {%s%s%s%s}"
                .formatted(
                    entry("digits", Models.dist().resolve("models/digits")),
                    entry("recommender", Models.path("recommender")),
                    entry("half", Models.path("half_plus_two")),
                    entry("counter", Models.path("counter"))));
    server = ServerProcess.serve("--model_config_file=" + config);
  }

  private static String entry(String name, Path base) {
    return "config { name: '%s' base_path: '%s' model_platform: 'tensorflow' }"
        .formatted(name, base);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private record Ended(int code, String output) {
    /** Returns the one run of the report that was written to standard output. */
    JsonObject run() {
      assertEquals(0, code, output);
      return runs().get(0).getAsJsonObject();
    }

    JsonArray runs() {
      // Standard error, with the table, comes first.
      String json = output.substring(output.indexOf("\n{") + 1);
      return JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("runs");
    }
  }

  private static Process launch(String protocol, String model, String... more) throws Exception {
    List<String> flags = new ArrayList<>();
    flags.add("--protocol=" + protocol);
    flags.add(
        "--url=127.0.0.1:" + (protocol.equals("rest") ? server.restPort() : server.grpcPort()));
    flags.add("--model=" + model);
    flags.addAll(List.of(more));
    return ServerProcess.main("bench", flags);
  }

  private static Ended bench(String protocol, String model, String... more) throws Exception {
    Process process = launch(protocol, model, more);
    try (var output = process.inputReader(UTF_8)) {
      String all = String.join("\n", output.lines().toList());
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end by itself");
      return new Ended(process.exitValue(), all);
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  private static String[] brief(String... flags) {
    List<String> all = new ArrayList<>(List.of("--duration=500ms", "--warmup=0", "--json=-"));
    all.addAll(List.of(flags));
    return all.toArray(String[]::new);
  }

  /** Returns how often the server has run a model. */
  private static long served(String model) throws Exception {
    String page = server.get("/monitoring/prometheus/metrics").body();
    Matcher count =
        Pattern.compile(
                ":tensorflow:serving:runtime_latency_count\\{model_name=\"%s\".*} (\\d+)"
                    .formatted(model))
            .matcher(page);
    return count.find() ? Long.parseLong(count.group(1)) : 0;
  }

  @Test
  void closedLoopsCountEveryRequest() throws Exception {
    for (String protocol : List.of("rest", "grpc")) {
      long before = served("digits");
      JsonObject run = bench(protocol, "digits", brief("--concurrency=4")).run();
      long ok = run.get("ok").getAsLong();
      // With the one request before the load.
      assertEquals(1 + ok, served("digits") - before, protocol);
      assertTrue(ok >= 4, run.toString());
      assertEquals(ok, run.get("requests").getAsLong());
      assertEquals(ok, run.getAsJsonObject("latency_ms").get("count").getAsLong());
      assertEquals(0, run.get("wrong").getAsLong());
      assertEquals(4, run.get("concurrency").getAsInt());
      JsonObject process = run.getAsJsonObject("server");
      assertTrue(process.get("rss_bytes").getAsLong() > 50 << 20, "found the server's process");
    }
  }

  @Test
  void openLoopsSendAtTheirRate() throws Exception {
    for (String protocol : List.of("rest", "grpc")) {
      long before = served("recommender");
      JsonObject run =
          bench(protocol, "recommender", brief("--rate=400", "--batch=3", "--inputs=5")).run();
      long ok = run.get("ok").getAsLong();
      assertEquals(5 + ok, served("recommender") - before, protocol);
      // The arrivals of half a second, however late they were: within ten standard deviations.
      assertTrue(Math.abs(ok - 200) <= 141, run.toString());
      assertEquals(0, run.get("errors").getAsLong(), run.toString());
      assertEquals(400, run.get("rate").getAsDouble());
    }
  }

  @Test
  void aSweepHasARunForEachLevelAndAPlot() throws Exception {
    Path plot = scratch.resolve("plot.svg");
    Ended ended =
        bench("grpc", "half", brief("--concurrency=1,2,3", "--plot=" + plot, "--check=none"));
    List<Integer> levels = new ArrayList<>();
    for (JsonElement run : ended.runs()) {
      levels.add(run.getAsJsonObject().get("concurrency").getAsInt());
    }
    assertEquals(List.of(1, 2, 3), levels);
    assertTrue(Files.readString(plot).startsWith("<svg "));
  }

  @Test
  void filesAreSentOverBothProtocols() throws Exception {
    Path body = Files.writeString(scratch.resolve("body.json"), "{\"instances\": [1.0, 2.0, 5.0]}");
    for (String protocol : List.of("rest", "grpc")) {
      JsonObject run = bench(protocol, "half", brief("--input=" + body, "--concurrency=2")).run();
      assertTrue(run.get("ok").getAsLong() > 0);
      assertEquals(0, run.get("wrong").getAsLong());
    }
  }

  @Test
  void answersThatChangeAreWrong() throws Exception {
    Ended ended = bench("grpc", "counter", brief("--signature=incr_counter", "--concurrency=1"));
    assertEquals(1, ended.code, ended.output);
    JsonObject run = ended.runs().get(0).getAsJsonObject();
    assertEquals(0, run.get("ok").getAsLong());
    assertTrue(run.get("wrong").getAsLong() > 0);
    assertTrue(ended.output.contains("x WRONG, the first: output: 2.0"), ended.output);
    assertEquals(
        0,
        bench(
                "grpc",
                "counter",
                brief("--signature=incr_counter", "--check=shape", "--concurrency=1"))
            .code);
  }

  @Test
  void mistakesAreOneClearLine() throws Exception {
    for (String protocol : List.of("rest", "grpc")) {
      Ended noModel = bench(protocol, "nope");
      assertEquals(1, noModel.code);
      assertTrue(noModel.output.contains(" has no model nope: "), noModel.output);
      assertFalse(noModel.output.contains("\n"), noModel.output);
      Ended noSignature = bench(protocol, "half", "--signature=none");
      assertEquals(1, noSignature.code);
      assertTrue(
          noSignature.output.startsWith("sluice bench: no signature none; the model has "),
          noSignature.output);
      Ended noServer = bench(protocol, "half", "--url=127.0.0.1:" + FreePorts.next());
      assertEquals(1, noServer.code);
      assertTrue(noServer.output.startsWith("sluice bench: no server at "), noServer.output);
    }
    assertEquals(255, bench("rest", "half", "--no_such").code);
    assertEquals(
        "sluice bench: --plot=/no/such/p.svg: cannot be written",
        bench("rest", "half", "--plot=/no/such/p.svg").output);
  }

  @Test
  void aSignalEndsItWithWhatWasMeasured() throws Exception {
    long before = served("half");
    Process process =
        launch("rest", "half", "--duration=10m", "--warmup=0", "--json=-", "--concurrency=1,2");
    try (var output = process.inputReader(UTF_8)) {
      server.await(
          "load",
          () -> {
            try {
              return served("half") - before > 20;
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      assertTrue(process.toHandle().destroy());
      String all = String.join("\n", output.lines().toList());
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
      JsonArray runs = new Ended(process.exitValue(), all).runs();
      assertEquals(1, runs.size());
      assertTrue(runs.get(0).getAsJsonObject().get("interrupted").getAsBoolean());
      assertTrue(runs.get(0).getAsJsonObject().get("ok").getAsLong() > 0);
    } finally {
      process.toHandle().destroyForcibly();
    }
  }
}
