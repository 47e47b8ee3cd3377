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

  private final KeptCells<Histogram> waited = new KeptCells<>(1);
  private final KeptCells<Histogram> rowsOfInputs = new KeptCells<>(1);
  private final KeptCells<Histogram> rowsOfBatches = new KeptCells<>(1);
  private final KeptCells<Counter> runs = new KeptCells<>(1);

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
    waited.at(0, () -> queuingLatency.cell("")).record(waitedNanos / 1000);
    if (inputBatchSize != null) {
      Histogram sizes = rowsOfInputs.at(0, inputBatchSize::cell);
      for (int i = 0; i < inputs; i++) {
        sizes.record(rows);
      }
    }
  }

  /** A batch was run, with so many rows, of which so many are padding. */
  public void ran(long rows, long padding) {
    runs.at(0, wrappedRunCount::cell).increment();
    if (processedBatchSize != null && paddingSize != null) {
      rowsOfBatches.at(0, processedBatchSize::cell).record(rows);
      paddingSize.cell(Long.toString(rows)).record(padding);
    }
  }
}
