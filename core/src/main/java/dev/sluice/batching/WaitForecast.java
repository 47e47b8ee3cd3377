package dev.sluice.batching;

import dev.sluice.servable.RunUnderWay;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How long the requests of one servable will wait, from what runs have taken.
 *
 * <p>Many requests ask, so it is a sum which is kept, and corrected for a queue when that changes;
 * for all of them when the costs of any have. It is kept from the first request on that asks until
 * nothing waits any more; with an objective, always.
 *
 * <p>Guarded by the lock of the lanes.
 */
final class WaitForecast {
  private static final double PAUSE_WEIGHT = 1.0 / 16;
  private static final double MOST_PAUSE = 10;

  private final BatchPolicy policy;
  private final int lanes;

  /** Those in which something waits. */
  private final List<RequestQueue> active = new ArrayList<>();

  private final List<TakenRun> running = new ArrayList<>();

  /** Counts what the queues learn; other threads count too. */
  private final AtomicLong learned = new AtomicLong();

  /** How much of that is in the sum. */
  private long reckoned;

  /** True while the sum is kept. */
  private boolean reckons;

  /** How long the runs of all that waits usually take. */
  private long waitingNanos;

  /**
   * How much time passes between a run and the next while something waits, as a part of the run: an
   * event loop that does a lane's work also reads.
   */
  private double pauses;

  private final TypicalTime typical = new TypicalTime();

  /** How many runs have been taken. */
  private long runsTaken;

  private long lastEnd;
  private long lastRan;
  private boolean hasWaited;

  WaitForecast(BatchPolicy policy, int lanes) {
    this.policy = policy;
    this.lanes = lanes;
    this.reckons = policy.hasObjective();
  }

  /** Keeps the sum from now on. */
  void start() {
    if (!reckons) {
      reckons = true;
      active.forEach(this::reckon);
    }
  }

  /** Something will wait in a queue in which nothing did. */
  void begins(RequestQueue queue) {
    active.add(queue);
    queue.costs().countIn(learned);
  }

  /** Corrects the sum for one queue. */
  void reckon(RequestQueue queue) {
    if (reckons) {
      waitingNanos += queue.forecast().reckon(policy, queue.waitingRows());
    }
  }

  /** Returns how many runs have been learned from, of all that has ever waited. */
  long runsLearned() {
    return learned.get();
  }

  /** Returns how long the runs of all that waits usually take together; 0 if that is not kept. */
  long waitingNanos() {
    long now = learned.get();
    if (reckons && now != reckoned) {
      reckoned = now;
      active.forEach(this::reckon);
    }
    return waitingNanos;
  }

  /** Returns in how long all that waits will have been run, as far as that is known. */
  double untilEmpty() {
    return stretched((double) waitingNanos() / lanes);
  }

  /**
   * Returns how long it takes until it is the turn of a request of which only the client is known.
   */
  double untilTurn(Accounts accounts, @Nullable Account account, double ownNanos) {
    return stretched(fairly(accounts, account, (double) waitingNanos(), ownNanos) / lanes);
  }

  /** Returns how long it takes until the run begins of a request with so many rows. */
  double untilTurn(Accounts accounts, Account account, RequestQueue own, long rows) {
    reckon(own);
    Forecast forecast = own.forecast();
    long withIt = own.waitingRows() + rows;
    double before = waitingNanos() - forecast.waitingNanos() + forecast.nanosBeforeLast(withIt);
    double ownNanos = rows * forecast.nanosPerRow(policy);
    return stretched(fairly(accounts, account, before, ownNanos) / lanes);
  }

  /** Returns how long the run takes that will be the last of a queue with a request more. */
  double ownNanos(RequestQueue own, long rows) {
    reckon(own);
    return own.forecast().nanosOfLast(own.waitingRows() + rows);
  }

  /**
   * Of all that waits a client need not wait for more than what others get while it gets what it
   * has waiting itself.
   */
  private double fairly(Accounts accounts, @Nullable Account account, double all, double ownNanos) {
    if (account == null) {
      return Math.min(all, ownNanos); // never seen before, so next
    }
    if (!accounts.wouldCompete(account)) {
      return all;
    }
    double own = account.waitingNanos(policy) + ownNanos;
    return Math.min(all, own * accounts.weightBeside(account) / account.weight());
  }

  /** Returns true if fewer runs are under way than there may be. */
  boolean hasFreeLane() {
    return running.size() < lanes;
  }

  /** Returns how long it takes until another run may begin. */
  double untilALaneIsFree(long now) {
    if (hasFreeLane()) {
      return 0;
    }
    double first = Double.MAX_VALUE;
    for (int i = 0; i < running.size(); i++) {
      first = Math.min(first, running.get(i).remaining(now));
    }
    return first;
  }

  /** A run begins with requests of a queue, so that so many wait in all. */
  void taken(TakenRun run, RequestQueue queue, long now, int left) {
    running.add(run);
    run.watched(runsTaken++, typical.nanos());
    if (queue.isEmpty()) {
      active.remove(queue);
    }
    reckon(queue);
    if (left == 0 && !policy.hasObjective()) {
      reckons = false; // of nothing the sum is 0
    }
    if (hasWaited) {
      double pause = Math.min(MOST_PAUSE, (double) (now - lastEnd) / Math.max(1, lastRan));
      pauses += PAUSE_WEIGHT * (pause - pauses);
      hasWaited = false;
    }
  }

  /** A run has ended now, and so many requests wait. */
  void ran(TakenRun run, long now, int waiting) {
    if (!running.remove(run)) {
      return;
    }
    run.ended(now);
    lastEnd = now;
    lastRan = now - run.started();
    // What took next to nothing has not run, but was refused or had been given up.
    boolean ran = run.hasTasks() && lastRan >= run.expected() / MOST_PAUSE;
    hasWaited = ran && waiting > 0;
    if (ran) {
      typical.add(lastRan);
    }
    if (waiting == 0) { // forgotten, or what would wait were refused for what was once
      pauses -= PAUSE_WEIGHT * pauses;
    }
  }

  /** Returns the runs under way; where so many wait and nothing runs, one that has not begun. */
  List<RunUnderWay> underWay(int waiting) {
    if (running.isEmpty()) {
      return waiting == 0 ? List.of() : List.of(new RunUnderWay(-1 - runsTaken, typical.nanos()));
    }
    return running.stream().map(TakenRun::underWay).toList();
  }

  /** Returns how much time passes between runs while something waits, as a part of the runs. */
  double pauses() {
    return pauses;
  }

  private double stretched(double nanos) {
    return nanos * (1 + pauses);
  }
}
