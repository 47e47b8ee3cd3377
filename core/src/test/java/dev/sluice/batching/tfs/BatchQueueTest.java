package dev.sluice.batching.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.ServingException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BatchQueueTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final QueueHarness harness = new QueueHarness();
  private BatchQueue queue = harness.queue(QueueHarness.options(8, SECOND, 2));

  @AfterEach
  void nothingIsLeft() {
    QueueHarness.end(queue.clear());
    assertEquals(0, harness.servable.memory().open());
  }

  private void add(long rows) throws ServingException {
    queue.add(harness.task(rows, 5));
  }

  private void refused(String text, long rows) throws ServingException {
    BatchTask task = harness.task(rows, 5);
    ServingException refused = assertThrows(ServingException.class, () -> queue.add(task));
    assertEquals(text, refused.codeAndText());
    assertFalse(task.isCompleted());
    task.failed(refused);
  }

  private void taken(Long... rows) {
    List<BatchTask> batch = queue.take();
    assertEquals(List.of(rows), QueueHarness.rows(batch));
    QueueHarness.end(batch);
  }

  @Test
  void tasksJoinAsLongAsTheyFit() throws ServingException {
    add(3);
    add(2);
    assertFalse(queue.isReady());
    add(4);
    assertTrue(queue.isReady());
    add(1);
    taken(3L, 2L);
    assertFalse(queue.isReady());
    taken(4L, 1L);
    assertTrue(queue.isEmpty());
  }

  @Test
  void aFullBatchIsReady() throws ServingException {
    add(7);
    assertFalse(queue.isReady());
    add(1);
    assertTrue(queue.isReady());
  }

  @Test
  void isDueWhenTheFirstTaskIsOldEnough() throws ServingException {
    add(1);
    queue.add(harness.task(1, 500));
    assertEquals(SECOND.toNanos() + 5, queue.dueNanos());
  }

  @Test
  void withoutTimeoutEveryBatchIsReady() throws ServingException {
    queue = harness.queue(QueueHarness.options(8, Duration.ZERO, 2));
    add(1);
    assertTrue(queue.isReady());
    add(1);
    taken(1L, 1L);
  }

  @Test
  void refusesWhatIsTooLarge() throws ServingException {
    refused("INVALID_ARGUMENT: Task size 9 is larger than maximum input batch size 8", 9);
  }

  @Test
  void refusesWhatNeedsABatchTooMany() throws ServingException {
    add(8);
    add(7);
    refused(
        "UNAVAILABLE: The batch scheduling queue to which this task was submitted is full;"
            + " currently 2 batches enqueued and max_enqueued_batches is 2",
        2);
    add(1);
    taken(8L);
    add(2);
    taken(7L, 1L);
    taken(2L);
  }

  @Test
  void aTaskWithoutRowsRunsByItselfAndLetsTheOpenBatchWait() throws ServingException {
    add(3);
    add(0);
    assertTrue(queue.isReady());
    refused(
        "UNAVAILABLE: The batch scheduling queue to which this task was submitted is full;"
            + " currently 2 batches enqueued and max_enqueued_batches is 2",
        0);
    add(2);
    taken(0L);
    assertFalse(queue.isReady());
    taken(3L, 2L);
  }

  @Test
  void splitsWhatDoesNotFit() throws ServingException {
    queue = harness.queue(QueueHarness.splitting(16, SECOND, 100, 4));
    add(3);
    add(6);
    taken(3L, 1L);
    taken(4L);
    assertFalse(queue.isReady());
    taken(1L);
  }

  @Test
  void splitsFromAnEmptyAndFromAFullBatch() throws ServingException {
    queue = harness.queue(QueueHarness.splitting(16, SECOND, 100, 4));
    add(4);
    add(10);
    taken(4L);
    taken(4L);
    taken(4L);
    add(1);
    taken(2L, 1L);
    add(10);
    taken(4L);
    taken(4L);
    taken(2L);
  }

  @Test
  void refusesToSplitOverMoreBatchesThanMayWait() throws ServingException {
    queue = harness.queue(QueueHarness.splitting(16, SECOND, 2, 4));
    refused(
        "UNAVAILABLE: The batch scheduling queue to which this task was submitted is full; task"
            + " size is 9 but scheduling capacity is only 8 (num_enqueued_batches=1,"
            + " max_enqueued_batches=2, open_batch_size=0, max_execution_batch_size=4)",
        9);
    add(3);
    add(5);
    refused(
        "UNAVAILABLE: The batch scheduling queue to which this task was submitted is full; task"
            + " size is 1 but scheduling capacity is only 0 (num_enqueued_batches=2,"
            + " max_enqueued_batches=2, open_batch_size=4, max_execution_batch_size=4)",
        1);
    refused("INVALID_ARGUMENT: Task size 17 is larger than maximum input batch size 16", 17);
  }

  @Test
  void boundsWithoutEndAreCountedRight() throws ServingException {
    queue =
        harness.queue(
            QueueHarness.splitting(
                Long.MAX_VALUE,
                Duration.ofSeconds(Long.MAX_VALUE),
                Long.MAX_VALUE,
                Long.MAX_VALUE));
    add(5);
    assertTrue(queue.dueNanos() > 0);
    queue.add(harness.task(7, 5));
    taken(5L, 7L);
  }
}
