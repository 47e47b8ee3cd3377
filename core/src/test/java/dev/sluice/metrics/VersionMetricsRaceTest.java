package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many threads at once, on the same cells and on versions that come and go. */
class VersionMetricsRaceTest {
  private static final int THREADS = 8;
  private static final int EACH = 20_000;
  private static final int MODELS = 3;
  private static final int SIGNATURES = 5;

  private final MetricRegistry others = new MetricRegistry();
  private final ServingMetrics serving = new ServingMetrics(others, false);
  private final SluiceMetrics metrics = serving.own();
  private final CyclicBarrier start = new CyclicBarrier(THREADS);

  /** What a thread did. */
  private static final class Tally {
    private final long[] requests = new long[MODELS];
    private final long[] failures = new long[MODELS];
    private final long[] nanos = new long[MODELS];
    private final long[] rows = new long[MODELS];
  }

  @Test
  void whatThreadsRecordAddsUp() throws Exception {
    long seed = System.nanoTime();
    String said = "seed " + seed;
    Tally all = new Tally();
    for (Tally tally : inThreads(seed, this::record)) {
      for (int model = 0; model < MODELS; model++) {
        all.requests[model] += tally.requests[model];
        all.failures[model] += tally.failures[model];
        all.nanos[model] += tally.nanos[model];
        all.rows[model] += tally.rows[model];
      }
    }
    for (int model = 0; model < MODELS; model++) {
      VersionNumbers numbers = metrics.numbers("m" + model, 1);
      assertNotNull(numbers, said);
      assertEquals(all.requests[model], numbers.durations().count(), said);
      assertEquals(all.failures[model], numbers.requests().getOrDefault(13, 0L), said);
      assertEquals(all.nanos[model] / 1e9, numbers.durations().sum(), 1e-6, said);
      assertEquals(all.rows[model], (long) numbers.batchRows().sum(), said);
      assertEquals(all.requests[model], numbers.batchRows().count(), said);
    }
  }

  private Tally record(Random random) {
    Tally tally = new Tally();
    for (int i = 0; i < EACH; i++) {
      int model = random.nextInt(MODELS);
      VersionMetrics version = metrics.of("m" + model, 1);
      boolean fails = random.nextInt(10) == 0;
      String signature = "s" + random.nextInt(SIGNATURES);
      Entrypoint entrypoint = random.nextBoolean() ? Entrypoint.GRPC : Entrypoint.REST;
      long nanos = random.nextLong(100_000_000_000L);
      long rows = random.nextLong(2000);
      version.ended(
          signature,
          serving.requests(Api.PREDICT, entrypoint),
          fails ? 13 : 0,
          fails ? "INTERNAL" : "OK",
          nanos,
          random.nextBoolean() ? "trace" : null);
      version.ran(signature, rows, nanos);
      tally.requests[model]++;
      tally.failures[model] += fails ? 1 : 0;
      tally.nanos[model] += nanos;
      tally.rows[model] += rows;
    }
    return tally;
  }

  @Test
  void versionsThatEndWhileTheyAreUsedLeaveNoSeries() throws Exception {
    long seed = System.nanoTime();
    inThreads(seed, this::comeAndGo);
    for (int version = 0; version < SIGNATURES; version++) {
      metrics.ended("m", version);
    }
    String page = new Exposition(serving, others, List.of()).page(PageFormat.OPENMETRICS);
    assertEquals(
        List.of(),
        page.lines()
            .filter(line -> line.startsWith("sluice_") && line.contains("version=\""))
            .toList(),
        "seed " + seed);
  }

  private Tally comeAndGo(Random random) {
    for (int i = 0; i < EACH / 20; i++) {
      long number = random.nextLong(SIGNATURES);
      VersionMetrics version = metrics.of("m", number);
      if (random.nextInt(10) == 0) {
        metrics.ended("m", number);
      }
      version.ended(
          "s" + random.nextInt(50), serving.requests(Api.INFER, Entrypoint.REST), 0, "OK", 1, null);
      version.decoded(1);
      version.ran("s", 1, 1);
    }
    return new Tally();
  }

  /** What a thread does with its own chances. */
  private interface Work {
    Tally run(Random random);
  }

  private List<Tally> inThreads(long seed, Work work) throws Exception {
    List<Tally> tallies = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Tally>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(seed + thread);
        running.add(
            executor.submit(
                () -> {
                  start.await(30, TimeUnit.SECONDS);
                  return work.run(random);
                }));
      }
      for (Future<Tally> each : running) {
        tallies.add(each.get(60, TimeUnit.SECONDS));
      }
    }
    return tallies;
  }
}
