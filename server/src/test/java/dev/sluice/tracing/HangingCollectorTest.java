package dev.sluice.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.TelemetrySettings.Sampling;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.telemetry.TestRecord;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A collector that takes a batch and never answers costs spans, and nobody waits for it. */
final class HangingCollectorTest {
  private static final int CAPACITY = 512;
  private static final int REQUESTS = 10_000;
  private static final int SPANS_OF_EACH = 5;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final AtomicLong taken = new AtomicLong();
  private final Backlog backlog = new Backlog(CAPACITY);
  private final GivenTraceIds ids = new GivenTraceIds();

  private final class Hanging implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      taken.addAndGet(spans.size());
      asked.countDown();
      return new CompletableResultCode();
    }

    @Override
    public CompletableResultCode flush() {
      return new CompletableResultCode();
    }

    @Override
    public CompletableResultCode shutdown() {
      return new CompletableResultCode();
    }
  }

  @Test
  void requestsGoOnDropsAreCountedAndAStopIsBounded() throws InterruptedException {
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setIdGenerator(ids)
            .addSpanProcessor(
                BatchSpanProcessor.builder(new CountingExporter(new Hanging(), backlog))
                    .setMaxQueueSize(CAPACITY)
                    .setMaxExportBatchSize(CAPACITY / 2)
                    .setScheduleDelay(Duration.ofMillis(1))
                    .setExporterTimeout(Duration.ofMinutes(10))
                    .build())
            .build();
    Tracing tracing =
        Tracing.of(
            Sampling.DEFAULT, new TracingSdk(provider, ids, backlog), Duration.ofMillis(100));
    end(tracing, 1);
    assertTrue(asked.await(1, TimeUnit.MINUTES));
    end(tracing, REQUESTS);
    long waiting = (long) (REQUESTS + 1) * SPANS_OF_EACH - taken.get() - backlog.droppedSpans();
    assertTrue(waiting >= 0 && waiting <= CAPACITY, waiting + " spans wait");
    assertTrue(
        backlog.droppedSpans() >= (long) (REQUESTS * SPANS_OF_EACH) - CAPACITY, "dropped too few");
    assertEquals(0, tracing.sentSpans());
    long before = System.nanoTime();
    tracing.close();
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before);
    assertTrue(seconds < 60, "the stop took " + seconds + " s");
  }

  private static void end(Tracing tracing, int requests) {
    for (int i = 0; i < requests; i++) {
      tracing.ended(
          TestRecord.ok(Entrypoint.GRPC, Api.PREDICT, System.nanoTime())
              .in(tracing.begins(null, null)));
    }
  }
}
