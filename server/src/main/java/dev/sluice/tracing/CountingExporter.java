package dev.sluice.tracing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** An exporter that keeps the books of the backlog, and says now and then what was lost. */
final class CountingExporter implements SpanExporter {
  private static final System.Logger LOG = System.getLogger(CountingExporter.class.getName());
  private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final SpanExporter exporter;
  private final Backlog backlog;

  /* Touched by the SDK's one sending thread only. */
  private long reportedDrops;
  private long reportedAt = System.nanoTime() - REPORT_NANOS;

  CountingExporter(SpanExporter exporter, Backlog backlog) {
    this.exporter = exporter;
    this.backlog = backlog;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    int count = spans.size(); // the collection is used again for the next batch
    backlog.leave(count);
    report();
    CompletableResultCode result = exporter.export(spans);
    result.whenComplete(
        () -> {
          if (result.isSuccess()) {
            backlog.sent(count);
          } else {
            backlog.failed(count);
          }
        });
    return result;
  }

  /** Failures are logged by the exporter itself; drops only by us. */
  private void report() {
    long drops = backlog.droppedSpans();
    long now = System.nanoTime();
    if (drops == reportedDrops || now - reportedAt < REPORT_NANOS) {
      return;
    }
    LOG.log(
        Level.WARNING,
        "Dropped %d spans of traces since the last such line: the collector takes fewer than there are"
            .formatted(drops - reportedDrops));
    reportedDrops = drops;
    reportedAt = now;
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
