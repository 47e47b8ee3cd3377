package dev.sluice.client.status;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.client.FakeServer;
import dev.sluice.client.ServerException;
import dev.sluice.client.show.Screen;
import dev.sluice.client.tensor.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StatusClientTest {
  private static final String INDEX =
      """
      [{"name": "bad", "version": "1", "state": "UNAVAILABLE",
        "reason": "INVALID_ARGUMENT: bad at /models/bad/1 has a file model.txt, but no engine of the class path reads it"},
       {"name": "digits", "version": "1", "state": "UNAVAILABLE", "reason": "unloaded"},
       {"name": "digits", "version": "2", "state": "READY", "reason": ""},
       {"name": "digits", "version": "3", "state": "LOADING", "reason": ""}]
      """;

  /** Nothing listens there. */
  private static final String NOBODY = "--server=127.0.0.1:1";

  private FakeServer server;

  /** Each pause is an interval in which the server has answered. */
  private final class Time implements StatusClient.Clock {
    private long nanos;
    private int pausesLeft;

    Time(int pausesLeft) {
      this.pausesLeft = pausesLeft;
    }

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public InstantSource wall() {
      return InstantSource.fixed(Instant.ofEpochSecond(1_000_000_000L + 3 * 3600 + 90));
    }

    @Override
    public boolean pause(Duration duration) {
      nanos += duration.toNanos();
      metrics(1240, 240);
      return pausesLeft-- > 0;
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    server.on("/v2", 200, "{\"name\": \"sluice\", \"version\": \"1.2\"}");
    server.on("/v2/health/ready", 200, "");
    server.on("/v2/repository/index", 200, INDEX);
    server.on("/v2/models/digits/versions/2", 200, "{\"platform\": \"tensorflow\"}");
    metrics(1000, 0);
  }

  private void metrics(int requests, int slow) {
    server.on(
        "/metrics",
        200,
        """
        nv_inference_request_success{model="digits",version="2"} %d
        :tensorflow:serving:request_latency_bucket{model_name="digits",API="a",entrypoint="b",le="1000"} %d
        :tensorflow:serving:request_latency_bucket{model_name="digits",API="a",entrypoint="b",le="5000"} %d
        :tensorflow:serving:request_latency_bucket{model_name="digits",API="a",entrypoint="b",le="+Inf"} %d
        process_start_time_seconds 1000000000
        """
            .formatted(requests, 1000, 1000 + slow, 1000 + slow));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String run(boolean terminal, int pauses, String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of("--server=" + server.url()));
    all.addAll(List.of(flags));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new StatusClient(
            StatusOptions.parse(all),
            new PrintStream(out, true, UTF_8),
            new Screen(80, 50, "..."),
            terminal,
            new Time(pauses))
        .run();
    return out.toString(UTF_8);
  }

  @Test
  void modelsAreATable() throws Exception {
    assertEquals(
        """
        %s  sluice 1.2  ready  up 3 h 1 min

        MODEL   VERSION  STATE      ENGINE      REQ/S  P50 MS  P99 MS
        bad           1  END
        digits        2  AVAILABLE  tensorflow    120    3.00    4.96
                      3  LOADING

        1 version is gone: --all

        bad, version 1: INVALID_ARGUMENT: bad at /models/bad/1 has a file model.txt, but
          no engine of the class path reads it
        """
            .formatted(server.url()),
        run(false, 0, "--interval=2s"));
  }

  @Test
  void withoutAnIntervalTimesAreThoseSinceTheStart() throws Exception {
    String text = run(false, 0, "--interval=0", "--all");
    assertTrue(text.contains("digits        1  END\n"), text);
    assertTrue(text.contains("  AVAILABLE  tensorflow      -  (0.50)  (0.99)"), text);
  }

  @Test
  void coloursAreForTerminals() throws Exception {
    String text = run(true, 0);
    assertTrue(text.contains("\u001b[32mAVAILABLE\u001b[0m  tensorflow"), text);
    assertTrue(text.contains("\u001b[31mEND\u001b[0m"), text);
    assertEquals(-1, run(false, 0).indexOf('\u001b'));
  }

  @Test
  void jsonHasAllVersionsInALine() throws Exception {
    String text = run(true, 0, "--json");
    assertEquals(1, text.lines().count());
    JsonObject json = JsonParser.parseString(text).getAsJsonObject();
    assertEquals(4, json.getAsJsonArray("versions").size());
    JsonObject serving = json.getAsJsonArray("versions").get(2).getAsJsonObject();
    assertEquals("AVAILABLE", serving.get("state").getAsString());
    assertEquals(240, serving.get("requests_per_second").getAsDouble());
    assertTrue(json.get("ready").getAsBoolean());
  }

  @Test
  void watchingShowsItInPlace() throws Exception {
    String text = run(true, 2, "--watch");
    assertEquals(3, text.split("\u001b\\[H", -1).length - 1, text);
    assertTrue(text.startsWith("\u001b[2J"), text);
    metrics(1000, 0);
    String plain = run(false, 1, "--watch");
    assertEquals(2, plain.split("MODEL ", -1).length - 1, plain);
    assertTrue(plain.contains("    240    3.00  "), plain);
  }

  @Test
  void aServerThatGoesAwayWhileWatchedIsWaitedFor() throws Exception {
    assertTrue(run(false, 1, "--watch", NOBODY).contains("no server at http://127.0.0.1:1\n"));
  }

  @Test
  void whatIsNotThereIsSaidSo() throws Exception {
    server.on("/v2/health/ready", 503, "");
    server.on("/v2/repository/index", 200, "[]");
    String empty = run(false, 0);
    assertTrue(empty.contains("  not ready"), empty);
    assertTrue(empty.contains("No version of any model is there."), empty);
    server.on("/v2/repository/index", 200, "<html>");
    assertTrue(refusal().contains("is it the REST port of a model server? (--server)"));
    server.on("/v2/repository/index", 401, "{\"error\": \"no key\"}");
    assertTrue(refusal().contains("does not tell its models: no key (HTTP 401)"), refusal());
    server.on("/v2/repository/index", 404, "{}");
    assertTrue(refusal().contains("has no list of models"), refusal());
    assertTrue(refusal(NOBODY).startsWith("no server at http://127.0.0.1:1\n"), refusal(NOBODY));
  }

  private String refusal(String... flags) {
    return String.valueOf(
        assertThrows(ServerException.class, () -> run(false, 0, flags)).getMessage());
  }

  @Test
  void optionsAreChecked() {
    assertThrows(InputException.class, () -> run(false, 0, "--watch", "--interval=0"));
    assertThrows(InputException.class, () -> run(false, 0, "--nothing"));
    assertThrows(InputException.class, () -> run(false, 0, "--header=x"));
    assertThrows(InputException.class, () -> run(false, 0, "--server=ftp://x"));
    assertTrue(StatusOptions.usage().contains("--watch"));
  }

  @Test
  void durationsHaveTwoUnits() {
    assertEquals("59 s", StatusText.duration(59));
    assertEquals("1 min 1 s", StatusText.duration(61));
    assertEquals("1 d 1 h", StatusText.duration(90_000));
  }
}
