package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link RequestQueues} keep of how long requests wait is what it would be if summed up. */
final class WaitForecastTest {
  private static final int ROUNDS = 40;
  private static final int STEPS = 400;
  private static final long MILLI = 1_000_000;

  private final long seed = Long.getLong("sluice.seed", System.nanoTime());
  private final NumberModel model = new NumberModel(NumberModel.Kind.TWICE);

  /** A run that has begun, as the plain sums see it. */
  private record Begun(Lanes.Work work, RequestQueue queue, long rows, double end) {}

  @BeforeEach
  void printSeed() {
    System.out.println("WaitForecastTest seed " + seed);
  }

  @Test
  void theSumThatIsKeptIsTheSumOverAllQueues() {
    Random seeds = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Schedule schedule = new Schedule(new Random(seeds.nextLong()), "round " + round);
      for (int step = 0; step < STEPS; step++) {
        schedule.step();
      }
    }
  }

  private final class Schedule {
    private final Random random;
    private final String where;
    private final AtomicLong now = new AtomicLong();
    private final int lanes;
    private final int capacity;
    private final BatchPolicy policy;
    private final RequestQueues queues;
    private final List<RequestQueue> kinds = new ArrayList<>();
    private final List<Begun> running = new ArrayList<>();
    private RequestQueue lastQueue;
    private long lastRows;

    Schedule(Random random, String where) {
      this.random = random;
      this.where = "seed " + seed + ", " + where;
      lanes = 1 + random.nextInt(3);
      capacity = 5 + random.nextInt(200);
      policy = BatchPolicy.of(Duration.ofMillis(5 + random.nextInt(50)));
      queues =
          new RequestQueues(
              new ServableId("m", 1),
              lanes,
              QueueLimits.of(capacity),
              policy,
              now::get,
              (of, tasks, onLane, more) -> {
                lastQueue = of;
                lastRows = RequestQueue.rows(tasks);
              });
      for (int columns = 1; columns <= 4; columns++) {
        kinds.add(new RequestQueue(request(1, columns), columns < 4, true));
      }
      lastQueue = kinds.getFirst();
    }

    private NumberRequest request(int rows, int columns) {
      return new NumberRequest(model, Shape.of(rows, columns), new float[rows * columns]);
    }

    void step() {
      now.addAndGet(random.nextInt(1_000_000));
      RequestQueue any = kinds.get(random.nextInt(kinds.size()));
      switch (random.nextInt(8)) {
        case 0 -> take();
        case 1 -> finish();
        case 2 -> any.costs().add(1 + random.nextInt(8), cost(), random.nextBoolean());
        default -> add(any);
      }
      assertEquals(waiting(), (double) queues.waitingNanos(), kinds.size(), where);
    }

    private long cost() {
      return (1 + random.nextInt(20)) * MILLI / (random.nextBoolean() ? 10 : 7);
    }

    private void add(RequestQueue queue) {
      int rows = queue.merges() ? 1 + random.nextInt(5) : 1;
      boolean isIdle = queues.size() == 0 && running.size() < lanes;
      double expected = isIdle ? 0 : expected(queue, rows);
      boolean refuses = queues.size() >= capacity || expected > policy.budget();
      NumberRequest request = request(rows, 1);
      ServingException refusal =
          queues.add(
              new RequestQueues.Queued(queue, BatchTask.of(request, request, rows, now.get())));
      assertEquals(refuses, refusal != null, where);
    }

    private void take() {
      if (queues.size() == 0 || running.size() == lanes) {
        return;
      }
      Lanes.Work work = queues.take();
      work.run(true);
      double end = now.get() + lastQueue.costs().usual(lastRows);
      running.add(new Begun(work, lastQueue, lastRows, end));
    }

    private void finish() {
      if (!running.isEmpty()) {
        Begun run = running.remove(random.nextInt(running.size()));
        run.queue.costs().add(run.rows, cost(), random.nextBoolean());
        queues.done(run.work);
      }
    }

    private double untilFree() {
      return running.size() < lanes
          ? 0
          : running.stream().mapToDouble(run -> Math.max(0, run.end - now.get())).min().orElse(0);
    }

    private double waiting() {
      return kinds.stream().mapToDouble(queue -> nanosFor(queue, queue.waitingRows())).sum();
    }

    private double expected(RequestQueue own, long rows) {
      double before = 0;
      for (RequestQueue queue : kinds) {
        before += queue == own ? 0 : nanosFor(queue, queue.waitingRows());
      }
      long limit = limit(own);
      long inFull = (own.waitingRows() + rows - 1) / limit * limit;
      before += nanosFor(own, inFull);
      double last = own.costs().usual(Math.min(limit, own.waitingRows() + rows - inFull));
      return untilFree() + before / lanes * (1 + queues.pauses()) + last;
    }

    private double nanosFor(RequestQueue queue, long rows) {
      long limit = limit(queue);
      double rest = rows % limit == 0 ? 0 : queue.costs().usual(rows % limit);
      long full = rows / limit;
      return full * queue.costs().usual(limit) + rest;
    }

    private long limit(RequestQueue queue) {
      return queue.merges() ? policy.limit(queue.costs()) : 1;
    }
  }
}
