package dev.sluice.batching.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.ServingException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random tasks at random times for several queues, against a simple model of each. */
final class BatchScheduleTest {
  private static final int SCHEDULES = 300;
  private static final int STEPS = 150;

  private final long seed = Long.getLong("sluice.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final QueueHarness harness = new QueueHarness();

  /** What a queue should hold: batches as lists of rows, of which the last is open. */
  private static final class Model {
    private final TfsOptions options;
    private final Deque<List<Long>> batches = new ArrayDeque<>();
    private final Deque<Long> firstCame = new ArrayDeque<>();

    /** Since which step it has had a batch to take; none: it has none. */
    private int readySince = Integer.MAX_VALUE;

    Model(TfsOptions options) {
      this.options = options;
    }

    private long open() {
      return batches.isEmpty() ? 0 : batches.getLast().stream().mapToLong(x -> x).sum();
    }

    boolean add(long rows, long now) {
      long limit = options.batchLimit();
      if (!options.splitting()) {
        if (batches.isEmpty() || open() + rows > limit) {
          if (batches.size() >= options.maxEnqueuedBatches()) {
            return false;
          }
          begin(now);
        }
        batches.getLast().add(rows);
        return true;
      }
      long used = Math.max(0, batches.size() - 1) * limit + open();
      if (rows > options.maxEnqueuedBatches() * limit - used) {
        return false;
      }
      for (long left = rows; left > 0; ) {
        if (batches.isEmpty() || open() == limit) {
          begin(now);
        }
        long piece = Math.min(left, limit - open());
        batches.getLast().add(piece);
        left -= piece;
      }
      return true;
    }

    private void begin(long now) {
      batches.add(new ArrayList<>());
      firstCame.add(now);
    }

    boolean isReady(long now) {
      return batches.size() > 1
          || (!batches.isEmpty()
              && (open() == options.batchLimit()
                  || now - firstCame.getFirst() >= options.timeoutNanos()));
    }
  }

  @Test
  void queuesHoldWhatTheModelHolds() throws ServingException {
    for (int i = 0; i < SCHEDULES; i++) {
      schedule("seed " + seed + ", schedule " + i);
    }
    assertEquals(0, harness.servable.memory().open());
  }

  private void schedule(String name) throws ServingException {
    Rotation rotation = new Rotation();
    Map<BatchQueue, Model> models = new HashMap<>();
    List<BatchQueue> queues = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      TfsOptions options = options();
      queues.add(harness.queue(options));
      models.put(queues.getLast(), new Model(options));
    }
    long now = random.nextBoolean() ? 0 : Long.MAX_VALUE - 50;
    for (int step = 0; step < STEPS; step++) {
      now += random.nextInt(5);
      if (random.nextInt(3) > 0) {
        BatchQueue queue = queues.get(random.nextInt(queues.size()));
        add(name, rotation, queue, Objects.requireNonNull(models.get(queue)), now);
      } else {
        take(name, rotation, models, now, step);
      }
    }
    QueueHarness.end(rotation.clear());
    queues.forEach(queue -> assertTrue(queue.isEmpty(), name));
  }

  private TfsOptions options() {
    long size = 1L + random.nextInt(8);
    Duration timeout = Duration.ofNanos(random.nextInt(20));
    long batches = 1L + random.nextInt(4);
    return random.nextBoolean()
        ? QueueHarness.options(size, timeout, batches)
        : QueueHarness.splitting(size, timeout, batches, 1 + random.nextLong(size));
  }

  private void add(String name, Rotation rotation, BatchQueue queue, Model model, long now)
      throws ServingException {
    long rows = 1 + random.nextLong(model.options.maxBatchSize());
    BatchTask task = harness.task(rows, now);
    boolean accepted;
    try {
      var _ = rotation.add(queue, task);
      accepted = true;
    } catch (ServingException refused) {
      task.failed(refused);
      accepted = false;
    }
    assertEquals(model.add(rows, now), accepted, name);
  }

  private static void take(
      String name, Rotation rotation, Map<BatchQueue, Model> models, long now, int step) {
    for (Model model : models.values()) {
      if (model.isReady(now)) {
        model.readySince = Math.min(model.readySince, step);
      }
    }
    Rotation.Turn turn = rotation.take(now);
    if (turn == null) {
      models.values().forEach(model -> assertTrue(!model.isReady(now), name));
      return;
    }
    Model model = Objects.requireNonNull(models.get(turn.queue()));
    assertTrue(model.isReady(now), name);
    assertEquals(model.batches.removeFirst(), QueueHarness.rows(turn.tasks()), name);
    model.firstCame.removeFirst();
    models.values().forEach(other -> assertTrue(other.readySince >= model.readySince, name));
    model.readySince = model.isReady(now) ? step + 1 : Integer.MAX_VALUE;
    QueueHarness.end(turn.tasks());
  }
}
