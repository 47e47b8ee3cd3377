package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchingParametersTest {
  private static final int PROCESSORS = 7;

  @TempDir Path directory;

  private BatchingParameters read(String text) throws ConfigException {
    try {
      return BatchingParameters.read(
          Files.writeString(directory.resolve("batching.config"), text), PROCESSORS);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyKeyIsRead() throws ConfigException {
    assertEquals(
        new BatchingParameters(
            64, Duration.ofMillis(2), 5, 4, "pool", List.of(16L, 64L), true, true, 32),
        read(
            """
            max_batch_size { value: 64 } batch_timeout_micros { value: 2000 }
            max_enqueued_batches { value: 5 } num_batch_threads { value: 4 }
            thread_pool_name { value: "pool" }
            allowed_batch_sizes: 16 allowed_batch_sizes: 64
            pad_variable_length_inputs: true
            enable_large_batch_splitting { value: true }
            max_execution_batch_size { value: 32 }
            """));
  }

  @Test
  void emptyFileHasTheDefaults() throws ConfigException {
    assertEquals(
        new BatchingParameters(
            1000, Duration.ZERO, 10, PROCESSORS, "batch_threads", List.of(), false, false, 1000),
        read(""));
  }

  @Test
  void zeroQueueIsOneWithoutSplitting() throws ConfigException {
    assertEquals(1, read("max_enqueued_batches { value: 0 }").maxEnqueuedBatches());
  }

  @Test
  void batchesAreAsLargeAsRequestsUnlessSplit() throws ConfigException {
    assertEquals(
        8,
        read("max_batch_size { value: 8 } enable_large_batch_splitting { value: true }")
            .maxExecutionBatchSize());
    assertEquals(
        8,
        read("max_batch_size { value: 8 } max_execution_batch_size { value: 4 }")
            .maxExecutionBatchSize());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_batch_threads { value: 0 }|num_batch_threads must be positive; was 0",
        "max_batch_size { value: 0 }|input_batch_size_limit must be positive; was 0",
        "batch_timeout_micros { value: -1 }|batch_timeout_micros must be non-negative; was -1",
        "max_enqueued_batches { value: -1 }|max_enqueued_batches must be positive; was -1",
        "max_batch_size { value: 8 } allowed_batch_sizes: 4|Last entry in allowed_batch_sizes must"
            + " match max_batch_size; last entry was 4; expected 8",
        "allowed_batch_sizes: 4|Last entry in allowed_batch_sizes must match max_batch_size; last"
            + " entry was 4; expected 1000",
        "max_batch_size { value: 8 } allowed_batch_sizes: [4, 2, 8]|allowed_batch_sizes must be"
            + " positive and ascend; were [4, 2, 8]",
        "enable_large_batch_splitting { value: true }|enable_large_batch_splitting needs"
            + " max_batch_size or max_execution_batch_size",
        "max_batch_size { value: 8 } enable_large_batch_splitting { value: true }"
            + " max_enqueued_batches { value: 0 }|max_enqueued_batches must be positive; was 0",
        "max_batch_size { value: 4 } enable_large_batch_splitting { value: true }"
            + " max_execution_batch_size { value: 8 }|input_batch_size_limit must be greater than"
            + " or equal to max_execution_batch_size; were 4 and 8"
      })
  void badValuesAreRefusedWithTheFile(String text, String expected) {
    assertEquals(
        expected + " (" + directory.resolve("batching.config") + ")",
        assertThrows(ConfigException.class, () -> read(text)).text());
  }

  @Test
  void scalarsAreMessages() {
    String text = assertThrows(ConfigException.class, () -> read("max_batch_size: 4")).text();
    assertTrue(text.contains("tensorflow.serving.BatchingParameters: 1:1"), text);
  }
}
