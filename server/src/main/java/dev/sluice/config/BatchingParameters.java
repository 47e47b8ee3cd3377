package dev.sluice.config;

import com.google.protobuf.Int64Value;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * How requests are merged into batches (config.md §8.1), checked.
 *
 * @param maxBatchSize rows of the largest request, and of the largest batch unless requests are
 *     split
 * @param timeout how long the first request of a batch waits for others
 * @param maxEnqueuedBatches batches that may wait, at least 1
 * @param threads that run batches, of all models together; at least 1
 * @param allowedBatchSizes sizes that batches are padded to, ascending; empty: any
 * @param padVariableLength true if inputs of different shapes are padded to fit
 * @param splitting true if a large request may be spread over several batches
 * @param maxExecutionBatchSize rows of the largest batch
 */
public record BatchingParameters(
    long maxBatchSize,
    Duration timeout,
    long maxEnqueuedBatches,
    int threads,
    String threadPoolName,
    List<Long> allowedBatchSizes,
    boolean padVariableLength,
    boolean splitting,
    long maxExecutionBatchSize) {
  private static final long DEFAULT_SIZE = 1000;
  private static final long DEFAULT_ENQUEUED = 10;

  public BatchingParameters {
    allowedBatchSizes = List.copyOf(allowedBatchSizes);
  }

  /** Returns what holds without a file. */
  public static BatchingParameters defaults(int processors) {
    return new BatchingParameters(
        DEFAULT_SIZE,
        Duration.ZERO,
        DEFAULT_ENQUEUED,
        processors,
        "model_server_batch_threads",
        List.of(),
        false,
        false,
        DEFAULT_SIZE);
  }

  /**
   * Reads parameters in text format.
   *
   * @throws ConfigException if the file is missing, no such message, or says what cannot be; with
   *     the file
   */
  public static BatchingParameters read(Path file, int processors) throws ConfigException {
    var message = dev.sluice.protos.serving.BatchingParameters.newBuilder();
    TextProtoFile.read(file, message);
    try {
      return of(message.build(), processors);
    } catch (ConfigException e) {
      throw ConfigException.invalid("%s (%s)".formatted(e.text(), file));
    }
  }

  /**
   * Checks parameters.
   *
   * @throws ConfigException INVALID_ARGUMENT with the reference's text (config.md §8.2)
   */
  public static BatchingParameters of(
      dev.sluice.protos.serving.BatchingParameters message, int processors) throws ConfigException {
    long threads =
        message.hasNumBatchThreads() ? message.getNumBatchThreads().getValue() : processors;
    require(
        threads >= 1 && threads <= Integer.MAX_VALUE,
        "num_batch_threads must be positive; was " + threads);
    long size = or(message.hasMaxBatchSize(), message.getMaxBatchSize(), DEFAULT_SIZE);
    checkAllowed(message.getAllowedBatchSizesList(), size);
    boolean splitting = message.getEnableLargeBatchSplitting().getValue();
    boolean hasExecution = message.hasMaxExecutionBatchSize();
    require(
        !splitting || message.hasMaxBatchSize() || hasExecution,
        "enable_large_batch_splitting needs max_batch_size or max_execution_batch_size");
    require(size >= 1, "input_batch_size_limit must be positive; was " + size);
    long execution = splitting ? or(hasExecution, message.getMaxExecutionBatchSize(), size) : size;
    require(execution >= 1, "max_execution_batch_size must be positive; was " + execution);
    require(
        execution <= size,
        "input_batch_size_limit must be greater than or equal to max_execution_batch_size; were %d and %d"
            .formatted(size, execution));
    long micros = message.getBatchTimeoutMicros().getValue();
    require(micros >= 0, "batch_timeout_micros must be non-negative; was " + micros);
    return new BatchingParameters(
        size,
        Duration.of(micros, ChronoUnit.MICROS),
        enqueued(message, splitting),
        (int) threads,
        message.hasThreadPoolName() ? message.getThreadPoolName().getValue() : "batch_threads",
        message.getAllowedBatchSizesList(),
        message.getPadVariableLengthInputs(),
        splitting,
        execution);
  }

  private static long enqueued(
      dev.sluice.protos.serving.BatchingParameters message, boolean splitting)
      throws ConfigException {
    long batches =
        or(message.hasMaxEnqueuedBatches(), message.getMaxEnqueuedBatches(), DEFAULT_ENQUEUED);
    if (batches == 0 && !splitting) {
      return 1;
    }
    require(batches >= 1, "max_enqueued_batches must be positive; was " + batches);
    return batches;
  }

  /** That they ascend, the reference expects but does not check. */
  private static void checkAllowed(List<Long> sizes, long size) throws ConfigException {
    for (int i = 0; i < sizes.size(); i++) {
      require(
          sizes.get(i) > (i == 0 ? 0 : sizes.get(i - 1)),
          "allowed_batch_sizes must be positive and ascend; were " + sizes);
    }
    require(
        sizes.isEmpty() || sizes.getLast() == size,
        "Last entry in allowed_batch_sizes must match max_batch_size; last entry was %d; expected %d"
            .formatted(sizes.isEmpty() ? 0 : sizes.getLast(), size));
  }

  private static long or(boolean present, Int64Value value, long otherwise) {
    return present ? value.getValue() : otherwise;
  }

  private static void require(boolean holds, String otherwise) throws ConfigException {
    if (!holds) {
      throw ConfigException.invalid(otherwise);
    }
  }
}
