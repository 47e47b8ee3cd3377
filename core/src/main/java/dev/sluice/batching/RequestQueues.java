package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.Code;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The queues of one servable in which something waits. The one whose oldest request waits longest
 * is served next, so that kinds of requests share the lanes as they come.
 *
 * <p>Requests go in the order they came as long as the servable keeps up. When many wait, and there
 * is no objective by which some could be refused, the newest go first: whoever comes would
 * otherwise wait as long as all before, and everybody's answer would be late. An objective refuses
 * those at once whose answer would be late.
 *
 * <p>Every request asks here how long it would wait, so that is a sum which is kept, and corrected
 * for a queue when that changes; for all of them when the costs of any have.
 *
 * <p>Guarded by the lock of the lanes, as {@link Lanes.Backlog} says.
 */
final class RequestQueues implements Lanes.Backlog<RequestQueues.Queued> {
  /**
   * More requests than this do not wait in a servable that keeps up with most crowds of clients.
   */
  static final int MANY = 128;

  /** Nor do they wait this long. */
  static final long LONG_NANOS = 1_000_000_000;

  private static final double PAUSE_WEIGHT = 1.0 / 16;
  private static final double MOST_PAUSE = 10;

  /** A request and the queue of its kind. */
  record Queued(RequestQueue queue, BatchTask task) {}

  /** Runs requests of one queue together; {@code more} of them wait behind these. */
  @FunctionalInterface
  interface Runner {
    void run(RequestQueue queue, List<BatchTask> tasks, boolean onLane, boolean more);
  }

  private final ServableId id;
  private final int lanes;
  private final int capacity;
  private final BatchPolicy policy;
  private final LongSupplier nanoTime;
  private final Runner runner;
  private final List<RequestQueue> active = new ArrayList<>();
  private final List<Running> running = new ArrayList<>();
  private int size;

  /** Counts what the queues learn; other threads count too. */
  private final AtomicLong learned = new AtomicLong();

  /** How much of that is in the sum. */
  private long reckoned;

  /**
   * How much time passes between a run and the next while something waits, as a part of the run: an
   * event loop that does a lane's work also reads.
   */
  private double pauses;

  private final TypicalTime typical = new TypicalTime();

  /** How many runs have been taken. */
  private long taken;

  private long lastEnd;
  private long lastRan;
  private boolean hasWaited;

  /** How long the runs of all that waits usually take; only with an objective. */
  private long waitingNanos;

  /**
   * Creates queues without anything in them.
   *
   * @param lanes how many runs there may be at once
   * @param capacity how many requests may wait
   */
  RequestQueues(
      ServableId id,
      int lanes,
      int capacity,
      BatchPolicy policy,
      LongSupplier nanoTime,
      Runner runner) {
    this.id = id;
    this.lanes = lanes;
    this.capacity = capacity;
    this.policy = policy;
    this.nanoTime = nanoTime;
    this.runner = runner;
  }

  @Override
  public @Nullable ServingException overload(long waitedNanos) {
    if (size >= capacity) {
      return tooMany();
    }
    if (!policy.hasObjective() || isIdle()) {
      return null;
    }
    return late(waitedNanos + untilALaneIsFree() + stretched((double) waitingNanos() / lanes));
  }

  /** Returns how long the runs of all that waits usually take together; only with an objective. */
  long waitingNanos() {
    long now = learned.get();
    if (now != reckoned) {
      reckoned = now;
      active.forEach(this::reckon);
    }
    return waitingNanos;
  }

  /** Corrects the sum for one queue. */
  private void reckon(RequestQueue queue) {
    if (policy.hasObjective()) {
      waitingNanos += queue.forecast().reckon(policy, queue.waitingRows());
    }
  }

  @Override
  public @Nullable ServingException add(Queued queued) {
    RequestQueue queue = queued.queue();
    ServingException refusal = size >= capacity ? tooMany() : null;
    if (refusal == null && policy.hasObjective() && !isIdle()) {
      double waited = nanoTime.getAsLong() - queued.task().queuedNanos();
      refusal = late(waited + expectedNanos(queue, queued.task().rows()));
    }
    if (refusal != null) {
      return refusal;
    }
    if (queue.isEmpty()) {
      active.add(queue);
      if (policy.hasObjective()) {
        queue.costs().countIn(learned);
      }
    }
    queue.add(queued.task());
    size++;
    reckon(queue);
    return null;
  }

  /**
   * True if a request would be run at once. It then is, however long runs took: were all refused
   * after a slow run, no run would ever show that they have become faster.
   */
  private boolean isIdle() {
    return size == 0 && running.size() < lanes;
  }

  private @Nullable ServingException late(double nanos) {
    return nanos <= policy.budget()
        ? null
        : refused(
            "an answer would take about %.1f ms, and the objective is %.1f ms"
                .formatted(nanos / 1e6, policy.objectiveNanos() / 1e6));
  }

  private ServingException tooMany() {
    return refused(capacity + " requests wait already");
  }

  private ServingException refused(String reason) {
    return new ServingException(Code.UNAVAILABLE, "Servable " + id + " is overloaded: " + reason);
  }

  /** Returns how long a request with so many rows would be here until its run has ended. */
  private double expectedNanos(RequestQueue own, long rows) {
    reckon(own);
    Forecast forecast = own.forecast();
    long withIt = own.waitingRows() + rows;
    double before = waitingNanos() - forecast.waitingNanos() + forecast.nanosBeforeLast(withIt);
    return untilALaneIsFree() + stretched(before / lanes) + forecast.nanosOfLast(withIt);
  }

  /** Returns how much time passes between runs while something waits, as a part of the runs. */
  double pauses() {
    return pauses;
  }

  private double stretched(double nanos) {
    return nanos * (1 + pauses);
  }

  private double untilALaneIsFree() {
    if (running.size() < lanes) {
      return 0;
    }
    long now = nanoTime.getAsLong();
    double first = Double.MAX_VALUE;
    for (Running run : running) {
      first = Math.min(first, Math.max(0, run.started + run.expected - now));
    }
    return first;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Lanes.Work take() {
    RequestQueue longest = longestWaiting();
    return take(longest, longest.forecast().limit(policy));
  }

  @Override
  public Lanes.@Nullable Work takeWithin(long nanos) {
    RequestQueue longest = longestWaiting();
    long rows = rowsWithin(longest, nanos);
    return rows == 0 ? null : take(longest, rows);
  }

  @Override
  public boolean hasWithin(long nanos) {
    return rowsWithin(longestWaiting(), nanos) > 0;
  }

  /** Returns how many rows of a queue are known to take no longer than this; 0 if none. */
  private long rowsWithin(RequestQueue longest, long nanos) {
    if (!longest.mayBeCheap()) {
      return 0;
    }
    long least = longest.largestNext();
    long rows = Math.max(least, Math.min(longest.forecast().limit(policy), longest.waitingRows()));
    while (rows > least && longest.costs().work(rows) > nanos) {
      rows = Math.max(least, Math.min(rows - 1, rows * nanos / longest.costs().work(rows)));
    }
    return longest.costs().work(rows) <= nanos ? rows : 0;
  }

  private RequestQueue longestWaiting() {
    RequestQueue longest = active.getFirst();
    for (RequestQueue queue : active) {
      if (queue.oldest() - longest.oldest() < 0) {
        longest = queue;
      }
    }
    return longest;
  }

  private Lanes.Work take(RequestQueue longest, long limit) {
    long now = nanoTime.getAsLong();
    boolean behind = !policy.hasObjective() && (size > MANY || now - longest.oldest() > LONG_NANOS);
    List<BatchTask> tasks = behind ? longest.takeNewest(limit) : longest.takeOldest(limit);
    if (longest.isEmpty()) {
      active.remove(longest);
    }
    size -= tasks.size();
    reckon(longest);
    if (hasWaited) {
      double pause = Math.min(MOST_PAUSE, (double) (now - lastEnd) / Math.max(1, lastRan));
      pauses += PAUSE_WEIGHT * (pause - pauses);
      hasWaited = false;
    }
    double expected = longest.costs().usual(RequestQueue.rows(tasks));
    Running run = new Running(longest, tasks, !longest.isEmpty(), now, expected, taken++);
    running.add(run);
    return run;
  }

  /** Where something waits and nothing runs, that is a run too: one that does not even begin. */
  @Override
  public List<RunUnderWay> underWay() {
    if (running.isEmpty()) {
      return size == 0 ? List.of() : List.of(new RunUnderWay(-1 - taken, typical.nanos()));
    }
    return running.stream().map(Running::underWay).toList();
  }

  @Override
  public void done(Lanes.Work work) {
    if (work instanceof Running run && running.remove(run)) {
      lastEnd = nanoTime.getAsLong();
      lastRan = lastEnd - run.started;
      // What took next to nothing has not run, but was refused or had been given up.
      boolean ran = lastRan >= run.expected / MOST_PAUSE;
      hasWaited = ran && size > 0;
      if (ran) {
        typical.add(lastRan);
      }
      if (size == 0) { // forgotten, or what would wait were refused for what was once
        pauses -= PAUSE_WEIGHT * pauses;
      }
    }
  }

  /** Requests of one queue on their way. */
  private final class Running implements Lanes.Work {
    private final RequestQueue queue;
    private final List<BatchTask> tasks;
    private final boolean more;
    private final long started;
    private final double expected;
    private final long number;
    private final long typicalNanos = typical.nanos();

    Running(
        RequestQueue queue,
        List<BatchTask> tasks,
        boolean more,
        long started,
        double expected,
        long number) {
      this.queue = queue;
      this.tasks = tasks;
      this.more = more;
      this.started = started;
      this.expected = expected;
      this.number = number;
    }

    RunUnderWay underWay() {
      return new RunUnderWay(number, Math.max((long) expected, typicalNanos));
    }

    @Override
    public void run(boolean onLane) {
      runner.run(queue, tasks, onLane, more);
    }
  }
}
