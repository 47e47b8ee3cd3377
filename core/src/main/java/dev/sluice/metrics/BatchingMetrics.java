package dev.sluice.metrics;

import org.jspecify.annotations.Nullable;

/**
 * What batching measures (metrics.md §3). Two of the metrics are on the page of every server, the
 * other three only where batching is enabled, as in the reference.
 */
public final class BatchingMetrics {
  private static final String PREFIX = "/tensorflow/serving/batching_session/";
  private static final Buckets ROWS = Buckets.exponential(1, 2, 14);

  private final Family<Histogram> queuingLatency;
  private final Family<Counter> wrappedRunCount;
  private final @Nullable Family<Histogram> inputBatchSize;
  private final @Nullable Family<Histogram> processedBatchSize;
  private final @Nullable Family<Histogram> paddingSize;

  /** Kept, since every request needs it; not asked for earlier, for then the page would have it. */
  private @Nullable Histogram waited;

  private @Nullable Histogram rowsOfInputs;

  BatchingMetrics(MetricRegistry registry, boolean enabled) {
    queuingLatency =
        registry.histogram(
            PREFIX + "queuing_latency", Buckets.exponential(100, 1.2, 52), "thread_pool_name");
    wrappedRunCount = registry.counter(PREFIX + "wrapped_run_count");
    inputBatchSize = enabled ? registry.histogram(PREFIX + "input_batch_size", ROWS) : null;
    processedBatchSize = enabled ? registry.histogram(PREFIX + "processed_batch_size", ROWS) : null;
    paddingSize =
        enabled ? registry.histogram(PREFIX + "padding_size", ROWS, "execution_batch_size") : null;
  }

  /**
   * A request of a batch left the queue.
   *
   * @param inputs how many input tensors it has, each of {@code rows} rows
   */
  public void dequeued(long waitedNanos, int inputs, long rows) {
    Histogram latency = waited;
    if (latency == null) {
      latency = queuingLatency.cell("");
      waited = latency;
    }
    latency.record(waitedNanos / 1000);
    if (inputBatchSize != null) {
      Histogram sizes = rowsOfInputs;
      if (sizes == null) {
        sizes = inputBatchSize.cell();
        rowsOfInputs = sizes;
      }
      for (int i = 0; i < inputs; i++) {
        sizes.record(rows);
      }
    }
  }

  /** A batch was run, with so many rows, of which so many are padding. */
  public void ran(long rows, long padding) {
    wrappedRunCount.cell().increment();
    if (processedBatchSize != null && paddingSize != null) {
      processedBatchSize.cell().record(rows);
      paddingSize.cell(Long.toString(rows)).record(padding);
    }
  }
}
