package dev.sluice.batching.tfs;

import java.time.Duration;
import java.util.List;

/**
 * How the requests of one version are batched, as TensorFlow Serving does it (config.md §8.1).
 *
 * @param maxBatchSize rows of the largest request, and of the largest batch unless requests are
 *     split
 * @param timeout how long the first request of a batch waits for others
 * @param maxEnqueuedBatches batches that may wait in one queue
 * @param allowedBatchSizes sizes that batches are padded to, ascending; empty: any
 * @param padVariableLength true if inputs of different shapes are padded to fit
 * @param splitting true if a large request may be spread over several batches
 * @param maxExecutionBatchSize rows of the largest batch if requests are split
 */
public record TfsOptions(
    long maxBatchSize,
    Duration timeout,
    long maxEnqueuedBatches,
    List<Long> allowedBatchSizes,
    boolean padVariableLength,
    boolean splitting,
    long maxExecutionBatchSize) {
  /** Long enough to be for ever, and short enough to be added to a time. */
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365 * 100L);

  public TfsOptions {
    allowedBatchSizes = List.copyOf(allowedBatchSizes);
    if (maxBatchSize < 1
        || maxEnqueuedBatches < 1
        || timeout.isNegative()
        || (splitting && (maxExecutionBatchSize < 1 || maxExecutionBatchSize > maxBatchSize))) {
      throw new IllegalArgumentException("batching parameters that were not checked");
    }
  }

  /** Returns the rows of the largest batch. */
  long batchLimit() {
    return splitting ? maxExecutionBatchSize : maxBatchSize;
  }

  long timeoutNanos() {
    return (timeout.compareTo(LONGEST_TIMEOUT) < 0 ? timeout : LONGEST_TIMEOUT).toNanos();
  }

  /** Returns how many rows a batch of so many is run with. */
  long paddedRows(long rows) {
    for (int i = 0; i < allowedBatchSizes.size(); i++) {
      long allowed = allowedBatchSizes.get(i);
      if (allowed >= rows) {
        return allowed;
      }
    }
    return rows;
  }
}
