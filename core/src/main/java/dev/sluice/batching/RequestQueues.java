package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.Caller;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The queues of one servable in which something waits.
 *
 * <p>The client that has had least of the servable is served next ({@link Accounts}), and of what
 * it has waiting the kind whose oldest request waits longest. Where nobody names clients all are
 * one, and kinds of requests share the lanes as they come.
 *
 * <p>Requests of a client go in the order they came as long as the servable keeps up. When many of
 * its own wait, and there is no objective by which some could be refused, the newest go first:
 * whoever comes would otherwise wait as long as all before, and everybody's answer would be late.
 * What others have waiting does not turn the order of a client that asks for little. An objective
 * refuses those at once whose answer would be late; so do a request's own deadline, and the bound
 * on how long many may wait ({@link Refusals} has the texts).
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

  /** A deadline further away is looked at only where many wait. */
  private static final long SOON_NANOS = 10_000_000_000L;

  /**
   * What is known of fewer runs refuses nobody for a deadline of its own or the bound on how long
   * many may wait: the first runs of a model take many times what others do.
   */
  private static final int SETTLED = 32;

  /** Given up in one go, so that the lock is not held for long. */
  private static final int MOST_STALE = 64;

  /** For a lane, which takes whatever is next. */
  private static final long ANY_TIME = Long.MAX_VALUE;

  /** A request and the queue of its kind. */
  record Queued(RequestQueue queue, BatchTask task) {}

  /** Runs requests of one queue together; {@code more} of them wait behind these. */
  @FunctionalInterface
  interface Runner {
    void run(RequestQueue queue, List<BatchTask> tasks, boolean onLane, boolean more);
  }

  private final QueueLimits limits;
  private final BatchPolicy policy;
  private final LongSupplier nanoTime;
  private final Runner runner;
  private final Refusals refusals;
  private final Accounts accounts;
  private final WaitForecast forecast;
  private final TakenRun.Stale nothingStale;
  private int size;

  /**
   * Creates queues without anything in them.
   *
   * @param lanes how many runs there may be at once
   */
  RequestQueues(
      ServableId id,
      int lanes,
      QueueLimits limits,
      BatchPolicy policy,
      LongSupplier nanoTime,
      Runner runner) {
    this.limits = limits;
    this.policy = policy;
    this.nanoTime = nanoTime;
    this.runner = runner;
    this.refusals = new Refusals(id, limits.capacity());
    this.nothingStale = new TakenRun.Stale(List.of(), refusals.tooLong(limits.longest()));
    this.accounts = new Accounts(limits.clients());
    this.forecast = new WaitForecast(policy, lanes);
  }

  @Override
  public @Nullable ServingException overload(Caller caller, long waitedNanos) {
    Account known = accounts.known(caller.clientName());
    ServingException noPlace = noPlace(caller, known);
    if (noPlace != null || isIdle() || !refusesForTime(caller)) {
      return noPlace;
    }
    // What its own run takes is not known before it is decoded.
    double wait = untilALaneIsFree() + forecast.untilTurn(accounts, known, 0);
    return late(caller, known, (double) waitedNanos, wait, untilALaneIsFree());
  }

  /** Returns how long the runs of all that waits usually take together, if that is reckoned. */
  long waitingNanos() {
    return forecast.waitingNanos();
  }

  /** Returns how much time passes between runs while something waits, as a part of the runs. */
  double pauses() {
    return forecast.pauses();
  }

  @Override
  public @Nullable ServingException add(Queued queued) {
    RequestQueue queue = queued.queue();
    BatchTask task = queued.task();
    Account account = accounts.of(task.request().clientName());
    ServingException refusal = refusal(queue, task, account);
    if (refusal != null) {
      return refusal;
    }
    if (queue.isEmpty()) {
      forecast.begins(queue);
    }
    Line line = account.lineFor(queue);
    line.add(task);
    accounts.added(account, line);
    queue.added(task);
    size++;
    forecast.reckon(queue);
    return null;
  }

  private @Nullable ServingException refusal(RequestQueue queue, BatchTask task, Account account) {
    Caller caller = task.request();
    ServingException noPlace = noPlace(caller, account);
    if (noPlace != null || isIdle() || !refusesForTime(caller)) {
      return noPlace;
    }
    double waited = nanoTime.getAsLong() - task.queuedNanos();
    double own = forecast.ownNanos(queue, task.rows());
    double wait = untilALaneIsFree() + forecast.untilTurn(accounts, account, queue, task.rows());
    return late(caller, account, waited, wait + own, untilALaneIsFree() + own);
  }

  /**
   * A client that has a name may have as much waiting, by its weight, as there are places left: so
   * there is always room for others, and no client must be told how many there are.
   */
  private @Nullable ServingException noPlace(Caller caller, @Nullable Account account) {
    int free = limits.capacity() - size;
    if (free <= 0) {
      return refusals.tooMany(untilEmpty());
    }
    if (account != null
        && accounts.areSeveral()
        && account.waiting() >= Math.max(1, account.weight() * free)) {
      return refusals.tooManyOf(caller.clientName(), account.waiting(), untilEmpty());
    }
    return null;
  }

  /** Asked for the first time, it is reckoned from now on; 0 if nothing is known of any run. */
  private double untilEmpty() {
    forecast.start();
    return forecast.untilEmpty();
  }

  /** True if it is worth while to find out how long a request would wait. */
  private boolean refusesForTime(Caller caller) {
    boolean refuses =
        policy.hasObjective()
            || isBounded()
            || caller.remainingNanos(nanoTime.getAsLong()) < SOON_NANOS;
    if (refuses) {
      forecast.start();
    }
    return refuses;
  }

  /**
   * Returns why a request is refused for its time, or null. One whose deadline has passed is not:
   * it ends as such.
   *
   * @param waited how long the request may have waited to be read
   * @param inTurn how long it takes from now until the answer, in the order in which requests come
   * @param atOnce how long it takes if the request is served next
   */
  private @Nullable ServingException late(
      Caller caller, @Nullable Account account, double waited, double inTurn, double atOnce) {
    if (policy.hasObjective() && waited + inTurn > policy.budget()) {
      return refusals.late(waited + inTurn, policy.objectiveNanos(), forecast.untilEmpty());
    }
    boolean settled = forecast.runsLearned() >= SETTLED;
    if (isBounded() && settled && inTurn > limits.longest().toNanos()) {
      return refusals.tooMuch(inTurn, limits.longest(), forecast.untilEmpty());
    }
    long remaining = caller.remainingNanos(nanoTime.getAsLong());
    boolean newest = account != null && account.hasMany(policy);
    double least = newest ? atOnce : inTurn;
    return remaining > 0 && least > remaining && settled
        ? refusals.beyondDeadline(least, remaining, forecast.untilEmpty())
        : null;
  }

  /** True if many wait, and there is a bound on how long. */
  private boolean isBounded() {
    return manyWait() && limits.longest().isPositive();
  }

  private boolean manyWait() {
    return !policy.hasObjective() && size > MANY;
  }

  /**
   * True if a request would be run at once. It then is, however long runs took: were all refused
   * after a slow run, no run would ever show that they have become faster.
   */
  private boolean isIdle() {
    return size == 0 && forecast.hasFreeLane();
  }

  private double untilALaneIsFree() {
    return forecast.untilALaneIsFree(nanoTime.getAsLong());
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Lanes.Work take() {
    Line next = accounts.next().longestWaiting();
    return take(next, ANY_TIME);
  }

  @Override
  public Lanes.@Nullable Work takeWithin(long nanos) {
    Line next = accounts.next().longestWaiting();
    return rowsWithin(next, nanos) == 0 ? null : take(next, nanos);
  }

  @Override
  public boolean hasWithin(long nanos) {
    return rowsWithin(accounts.next().longestWaiting(), nanos) > 0;
  }

  /** Returns how many rows of a kind are known to take no longer than this; 0 if none. */
  private long rowsWithin(Line next, long nanos) {
    RequestQueue kind = next.kind();
    if (!kind.mayBeCheap()) {
      return 0;
    }
    long least = next.largestNext();
    long rows = Math.max(least, Math.min(kind.forecast().limit(policy), kind.waitingRows()));
    while (rows > least && kind.costs().work(rows) > nanos) {
      rows = Math.max(least, Math.min(rows - 1, rows * nanos / kind.costs().work(rows)));
    }
    return kind.costs().work(rows) <= nanos ? rows : 0;
  }

  /** Takes what is stale, and what of the rest is known to take no longer than this. */
  private Lanes.Work take(Line line, long nanos) {
    long now = nanoTime.getAsLong();
    RequestQueue kind = line.kind();
    boolean newest = accounts.next().newestGoFirst(line, now, policy);
    TakenRun.Stale stale = manyWait() ? takeStale(line, now) : nothingStale;
    long limit = line.isEmpty() ? 0 : limit(line, nanos);
    FairShare share = null;
    List<BatchTask> tasks = List.of();
    if (limit > 0 && accounts.areSeveral()) {
      share = accounts.take(kind, limit, now, policy);
      tasks = share.tasks();
    } else if (limit > 0) {
      tasks = newest ? line.takeNewest(limit) : line.takeOldest(limit);
      accounts.takenByNobody(line, tasks.size());
    }
    size -= tasks.size();
    kind.taken(tasks);
    TakenRun run = new TakenRun(runner, kind, tasks, stale, share, now);
    forecast.taken(run, kind, now, size);
    return run;
  }

  private long limit(Line line, long nanos) {
    return nanos == ANY_TIME ? line.kind().forecast().limit(policy) : rowsWithin(line, nanos);
  }

  /**
   * Takes out those of the oldest that are not to be run any more. Where the newest go first,
   * nobody would come to them for long, and they hold places and memory.
   */
  private TakenRun.Stale takeStale(Line line, long now) {
    long longest = limits.longest().isPositive() ? limits.longest().toNanos() : Long.MAX_VALUE;
    List<BatchTask> stale = line.takeStale(now, longest, MOST_STALE);
    accounts.dropped(accounts.next(), line, stale.size());
    size -= stale.size();
    line.kind().taken(stale);
    return stale.isEmpty() ? nothingStale : new TakenRun.Stale(stale, nothingStale.refusal());
  }

  /** Where something waits and nothing runs, that is a run too: one that does not even begin. */
  @Override
  public List<RunUnderWay> underWay() {
    return forecast.underWay(size);
  }

  @Override
  public void done(Lanes.Work work) {
    if (work instanceof TakenRun run) {
      forecast.ran(run, nanoTime.getAsLong(), size);
    }
  }
}
