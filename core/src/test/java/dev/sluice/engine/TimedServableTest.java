package dev.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.VersionStatistics;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.testing.EchoServable;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimedServableTest {
  private static final ModelVersion VERSION =
      new ModelVersion(new ServableId("m", 3), "x", Path.of("/models/m/3"));

  private final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(registry, false);
  private final EchoServable echo = new EchoServable(DataType.FLOAT);
  private final VersionStatistics statistics = metrics.inference().of("m", 3);

  /** A servable that says when it ran, or fails. */
  private final class Scripted extends ForwardingServable {
    private long queuedMicros;
    private long ranMicros;
    private boolean fails;

    Scripted() {
      super(echo);
    }

    @Override
    public void run(RunRequest request, Completion completion) {
      if (fails) {
        completion.failed(new ServingException(Code.ABORTED, "as told"));
        return;
      }
      long begin = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(queuedMicros);
      request.ran(begin, begin + TimeUnit.MICROSECONDS.toNanos(ranMicros), 1);
      servable.run(request, completion);
    }
  }

  private void run(Servable servable, Code expected, long... shape) throws ServingException {
    Servable timed = TimedServable.decorator(metrics.inference()).decorate(VERSION, servable);
    Shape of = Shape.of(shape);
    Tensor input = echo.allocator().allocate(DataType.FLOAT, of, 4 * of.elements());
    try (TestRun run = TestRun.of(timed, Signature.DEFAULT_KEY).with("x", input).on(timed)) {
      assertEquals(expected, run.code());
    }
  }

  private void assertLine(String name, long value) {
    String line = "nv_inference_" + name + "{model=\"m\",version=\"3\"} " + value + "\n";
    assertTrue(registry.page().contains(line), registry::page);
  }

  @Test
  void requestsAreMeasuredWithTheirRows() throws ServingException {
    Scripted servable = new Scripted();
    servable.queuedMicros = 2_000_000;
    servable.ranMicros = 3_000;
    run(servable, Code.OK, 5);
    run(servable, Code.OK, 2, 4);
    run(servable, Code.OK);
    assertEquals(3, statistics.succeeded().count());
    assertEquals(5 + 2 + 1, statistics.rows());
    assertEquals(9_000_000, statistics.runNanos());
    assertTrue(statistics.queueNanos() >= 6_000_000_000L, () -> "" + statistics.queueNanos());
    assertEquals(statistics.queueNanos() + statistics.runNanos(), statistics.succeeded().nanos());
    assertTrue(statistics.lastMillis() > 0);
    assertLine("request_success", 3);
    assertLine("count", 8);
    assertLine("compute_infer_duration_us", 9_000);
    assertLine("request_failure", 0);
    assertEquals(0, echo.openTensors());
  }

  @Test
  void failuresAreCountedApart() throws ServingException {
    Scripted servable = new Scripted();
    servable.fails = true;
    run(servable, Code.ABORTED, 5);
    assertEquals(1, statistics.failed().count());
    assertEquals(0, statistics.succeeded().count());
    assertEquals(0, statistics.rows());
    assertLine("request_failure", 1);
  }

  @Test
  void runsAreCountedByTheirRowsAndVersionsApart() {
    for (long rows : new long[] {1, 4, 4}) {
      statistics.ran(rows, 10 * rows);
    }
    assertEquals(3, statistics.runs());
    assertEquals(2, statistics.runsByRows().size());
    assertEquals(80, statistics.runsByRows().getOrDefault(4L, statistics.failed()).nanos());
    assertEquals(0, metrics.inference().of("m", 4).runs());
    assertEquals(2, metrics.inference().all().size());
    for (long rows = 0; rows < 10_000; rows++) {
      statistics.ran(rows, 1);
    }
    assertTrue(statistics.runsByRows().size() <= 256);
    assertEquals(10_003, statistics.runs());
  }
}
