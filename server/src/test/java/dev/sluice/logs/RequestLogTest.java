package dev.sluice.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.sluice.config.TelemetrySettings;
import dev.sluice.config.TelemetrySettings.LogFormat;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.servable.Code;
import dev.sluice.telemetry.TestRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RequestLogTest {
  private static final Logger LOGGER = Logger.getLogger("sluice");
  private static final TestRecord OK = TestRecord.ok(Entrypoint.REST, Api.PREDICT, 1_000_000_000);

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord logged) {
          warnings.add(new SimpleFormatter().formatMessage(logged));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void unlisten() {
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
  }

  private RequestLog log(double ratio) {
    return log(Optional.of(ratio), Optional.empty(), written, 1_000_000);
  }

  private static RequestLog log(
      Optional<Double> ratio, Optional<Duration> slow, OutputStream out, int capacity) {
    RequestLog log =
        new RequestLog(
            new TelemetrySettings.RequestLog(ratio, Optional.empty(), slow),
            LogFormat.JSON,
            LineSink.of(out),
            capacity);
    log.start();
    return log;
  }

  /** Returns a log that writes only after all that a test has to tell it. */
  private RequestLog unstarted(Optional<Double> ratio, Optional<Duration> slow, int capacity) {
    return new RequestLog(
        new TelemetrySettings.RequestLog(ratio, Optional.empty(), slow),
        LogFormat.JSON,
        LineSink.of(written),
        capacity);
  }

  private List<String> lines() {
    return written.toString(UTF_8).lines().toList();
  }

  private static String model(String line) {
    return JsonParser.parseString(line).getAsJsonObject().get("model").getAsString();
  }

  @Test
  void allRequestsHaveALineInTheirOrder() {
    try (RequestLog log = log(1)) {
      IntStream.range(0, 20_000).forEach(i -> log.ended(OK.of("m" + i)));
    }
    assertEquals(
        IntStream.range(0, 20_000).mapToObj(i -> "m" + i).toList(),
        lines().stream().map(RequestLogTest::model).toList());
    assertEquals(List.of(), warnings);
  }

  @Test
  void everyThreadsRequestsAreInTheirOrder() {
    int threads = 4;
    int each = 5_000;
    try (RequestLog log = log(1);
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        String prefix = t + "-";
        pool.execute(() -> IntStream.range(0, each).forEach(i -> log.ended(OK.of(prefix + i))));
      }
    }
    for (int t = 0; t < threads; t++) {
      String prefix = t + "-";
      assertEquals(
          IntStream.range(0, each).mapToObj(i -> prefix + i).toList(),
          lines().stream().map(RequestLogTest::model).filter(m -> m.startsWith(prefix)).toList());
    }
  }

  @Test
  void aPartOfThemHasALine() {
    try (RequestLog log = log(0.25)) {
      IntStream.range(0, 20_000).forEach(i -> log.ended(OK));
    }
    // Ten standard deviations about the mean.
    assertTrue(lines().size() > 4_300 && lines().size() < 5_700, lines().size() + " lines");
  }

  @Test
  void failedOnesHaveALineAnywayUpToABound() {
    TestRecord failed = OK.refused(Code.UNAVAILABLE, "The server is stopping");
    try (RequestLog log = log(0)) {
      log.ended(OK);
      IntStream.range(0, 1000).forEach(i -> log.ended(failed));
    }
    assertEquals(RequestLog.FAILURES_PER_SECOND, lines().size());
    assertTrue(lines().getFirst().contains("\"problem\":\"The server is stopping\""));
  }

  @Test
  void slowOnesAreWarnedOfUpToABoundAndTheOthersCounted() {
    TestRecord slow =
        OK.at(
            OK.startNanos() + 1,
            OK.startNanos() + 2,
            OK.startNanos() + 3,
            OK.startNanos() + 5_000_000);
    TestRecord later =
        TestRecord.ok(Entrypoint.GRPC, Api.PREDICT, OK.startNanos() + 3_000_000_000L);
    RequestLog log = unstarted(Optional.empty(), Optional.of(Duration.ofNanos(335_000)), 1000);
    log.ended(OK.at(OK.decodedNanos(), OK.runStartNanos(), OK.runEndNanos(), OK.endNanos() - 1));
    IntStream.range(0, 50).forEach(i -> log.ended(slow));
    log.ended(later);
    log.start();
    log.close();
    assertEquals(List.of(), lines());
    assertEquals(RequestLog.SLOW_PER_SECOND + 1, warnings.size(), warnings.toString());
    assertTrue(
        warnings.stream()
            .anyMatch(
                line ->
                    line.startsWith(
                        "Slow request: POST /v1/models/{model}:predict of half_plus_two took 5.000 ms")),
        warnings.toString());
    long others =
        warnings.stream()
            .filter(line -> line.contains("40 others before it are not shown"))
            .count();
    assertEquals(1, others, warnings.toString());
  }

  @Test
  void aSinkThatHangsCostsLinesAndNobodyWaits() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch hang = new CountDownLatch(1);
    List<byte[]> kept = new ArrayList<>();
    OutputStream hanging =
        new OutputStream() {
          @Override
          public void write(int b) {}

          @Override
          public void write(byte[] bytes, int from, int length) {
            asked.countDown();
            try {
              hang.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            kept.add(bytes);
          }
        };
    RequestLog log = log(Optional.of(1.0), Optional.empty(), hanging, 100);
    log.ended(OK);
    assertTrue(asked.await(1, TimeUnit.MINUTES));
    IntStream.range(0, 1000).forEach(i -> log.ended(OK)); // returns although nothing is taken
    assertEquals(0, kept.size());
    log.close(); // returns although nothing is taken
    hang.countDown();
  }

  @Test
  void lostLinesAreCounted() {
    RequestLog log = unstarted(Optional.of(1.0), Optional.empty(), 100);
    IntStream.range(0, 1000).forEach(i -> log.ended(OK));
    log.start();
    log.close();
    assertEquals(100, lines().size());
    assertEquals(
        List.of("The access log lost 900 lines: requests end faster than they can be written"),
        warnings);
  }

  @Test
  void aFileThatCannotBeWrittenIsWarnedOf() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    try (RequestLog log = log(Optional.of(1.0), Optional.empty(), broken, 100)) {
      log.ended(OK);
    }
    assertTrue(
        warnings.stream().anyMatch(line -> line.contains("No space left on device")),
        warnings.toString());
  }
}
