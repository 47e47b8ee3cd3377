package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real server says of its requests: the access log, its own log, and Server-Timing. */
class RequestLogTest {
  private static final Pattern TIME = Pattern.compile("(\\w+);dur=([0-9]+\\.[0-9]{3})");
  private static final Metadata.Key<String> ASK = key("x-server-timing");
  private static final Metadata.Key<String> TIMES = key("server-timing");

  /** Five values, each rounded to a microsecond. */
  private static final double ROUNDING_MILLIS = 0.005;

  @TempDir private Path scratch;

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static Metadata asking() {
    Metadata headers = new Metadata();
    headers.put(ASK, "1");
    return headers;
  }

  @Test
  void everyRequestHasALineOfJsonAndSoHasTheServer() throws Exception {
    Path file = scratch.resolve("access.log");
    try (ServerProcess server =
        ServerProcess.serve(
            HalfPlusTwo.flags(
                "--log_format=json",
                "--access_log=all",
                "--access_log_file=" + file,
                "--slow_request_ms=1"))) {
      try (HalfPlusTwo client = new HalfPlusTwo(server)) {
        client.rest(Map.of());
        var _ = client.grpc(new Metadata());
        assertThrows(
            StatusRuntimeException.class, () -> client.grpc(new Metadata(), "no \"such\" model"));
        for (int i = 0; i < 500; i++) {
          client.rest(Map.of());
        }
      }
      server.terminate();
      assertEquals(0, server.exitCode());
      List<JsonObject> lines = objects(Files.readAllLines(file));
      assertEquals(503, lines.size());
      checkLine(first(lines, "rest", "OK"), "POST /v1/models/{model}:predict");
      checkLine(first(lines, "grpc", "OK"), "tensorflow.serving.PredictionService/Predict");
      JsonObject failed = first(lines, "grpc", "NOT_FOUND");
      assertEquals("no \"such\" model", failed.get("model").getAsString());
      assertTrue(failed.get("problem").getAsString().contains("such"), failed.toString());
      checkOwnLog(server.log());
    }
  }

  private static List<JsonObject> objects(List<String> lines) {
    List<JsonObject> objects = new ArrayList<>();
    lines.forEach(line -> objects.add(JsonParser.parseString(line).getAsJsonObject()));
    return objects;
  }

  private static JsonObject first(List<JsonObject> lines, String protocol, String code) {
    return lines.stream()
        .filter(
            line ->
                line.get("protocol").getAsString().equals(protocol)
                    && line.get("code").getAsString().equals(code))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + code + " over " + protocol));
  }

  private static void checkLine(JsonObject line, String method) {
    assertEquals(method, line.get("method").getAsString());
    assertEquals("half_plus_two", line.get("model").getAsString());
    assertEquals(2, line.get("version").getAsLong());
    assertEquals("serving_default", line.get("signature").getAsString());
    assertEquals(3, line.get("batch_rows").getAsLong());
    assertEquals("127.0.0.1", line.get("client").getAsString());
    assertTrue(line.get("request_bytes").getAsLong() > 10, line.toString());
    assertTrue(line.get("answer_bytes").getAsLong() > 10, line.toString());
    double sum =
        List.of("decode_ms", "queue_ms", "engine_ms", "encode_ms").stream()
            .mapToDouble(part -> line.get(part).getAsDouble())
            .sum();
    assertEquals(line.get("total_ms").getAsDouble(), sum, ROUNDING_MILLIS, line.toString());
    assertFalse(line.has("trace_id"), line.toString());
  }

  /** Lines of libtensorflow have another form, and are not ours. */
  private static void checkOwnLog(List<String> log) {
    List<JsonObject> lines = objects(log.stream().filter(line -> line.startsWith("{")).toList());
    assertTrue(
        lines.stream()
            .anyMatch(line -> line.get("message").getAsString().startsWith("Running gRPC")),
        () -> String.join("\n", log));
    JsonObject slow =
        lines.stream()
            .filter(line -> line.get("message").getAsString().startsWith("Slow request: "))
            .findFirst()
            .orElseThrow(() -> new AssertionError(String.join("\n", log))); // a JVM's first is
    assertEquals("WARNING", slow.get("level").getAsString());
    assertEquals("half_plus_two", slow.getAsJsonObject("request").get("model").getAsString());
  }

  @Test
  void answersTellTheirTimesToWhoAsks() throws Exception {
    try (ServerProcess server = ServerProcess.serve(HalfPlusTwo.flags("--access_log=all"));
        HalfPlusTwo client = new HalfPlusTwo(server)) {
      assertEquals(List.of(), client.rest(Map.of()).headers().allValues("Server-Timing"));
      long before = System.nanoTime();
      HttpResponse<String> answer = client.rest(Map.of("X-Server-Timing", "1"));
      double millis = (System.nanoTime() - before) / 1e6;
      checkTimes(answer.headers().firstValue("Server-Timing").orElse(""), millis);
      Metadata none = client.grpc(new Metadata());
      assertFalse(none.containsKey(TIMES), none.toString());
      before = System.nanoTime();
      Metadata trailers = client.grpc(asking());
      millis = (System.nanoTime() - before) / 1e6;
      checkTimes(String.valueOf(trailers.get(TIMES)), millis);
      StatusRuntimeException failure =
          assertThrows(StatusRuntimeException.class, () -> client.grpc(asking(), "nobody"));
      Metadata told = failure.getTrailers();
      assertTrue(told != null && told.containsKey(TIMES), "a failure tells, too");
      server.await(
          "lines on standard output",
          () ->
              server.log().stream()
                  .anyMatch(
                      line ->
                          line.contains(
                              "\"POST /v1/models/half_plus_two:predict HTTP/1.1\" 200 ")));
    }
  }

  private static void checkTimes(String header, double clientMillis) {
    Map<String, Double> times = new HashMap<>();
    Matcher matcher = TIME.matcher(header);
    while (matcher.find()) {
      times.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
    }
    assertEquals(5, times.size(), header);
    double total = times.getOrDefault("total", -1.0);
    double sum = times.values().stream().mapToDouble(value -> value).sum() - total;
    assertEquals(total, sum, ROUNDING_MILLIS, header);
    assertTrue(times.getOrDefault("engine", 0.0) > 0, header);
    assertTrue(total <= clientMillis, () -> header + ", but the client saw " + clientMillis);
  }

  @Test
  void anAccessLogThatCannotBeWrittenEndsTheStart() throws Exception {
    try (ServerProcess server =
        ServerProcess.launch(
            HalfPlusTwo.flags("--access_log=all", "--access_log_file=" + scratch))) {
      assertEquals(255, server.exitCode());
      assertEquals(1, server.log().size(), () -> String.join("\n", server.log()));
      assertTrue(server.log().getFirst().contains("--access_log_file=" + scratch));
    }
  }
}
