package dev.sluice.batching;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.engine.EngineThreads;
import dev.sluice.metrics.VersionMetrics;
import dev.sluice.servable.Caller;
import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves the runs of a servable from the caller's thread, an event loop, to the servable's own
 * lanes, where requests that wait together run together; unless the move costs more than the run.
 *
 * <p>Every servable has its own queues and its own threads, so that a slow model delays no other.
 * An idle lane takes what is there at once, so a lone request never waits for others. Requests that
 * nobody waits for any more end without running.
 *
 * <p>Invariant: each request is completed exactly once, by whoever holds its {@link BatchTask}: the
 * backlog, a lane, or the event loop at the end of its turn.
 *
 * <p>Requests share a run only if that cannot change their answers ({@link Mergeability}).
 *
 * <p>Runs stay on the caller's thread only if they cannot hold it up: the engine says that the
 * inputs' shapes decide how long they take, all outputs are wanted (so that nothing has to be
 * prepared for them), and what the last of them took is not much longer than the hand-over; or, on
 * one core, than others may be kept waiting.
 */
public final class LaneServable extends ForwardingServable {
  /**
   * The hand-over to a lane and back costs about 10 µs of CPU; a client with one connection loses
   * its second core for runs that are not handed over, so they must not be much longer than that.
   */
  static final Duration MAX_INLINE = Duration.ofNanos(20_000);

  /** Each further request in a run saves a hand-over of its own. */
  private static final long MORE_INLINE_NANOS = 10_000;

  /**
   * On one core nobody loses a second one, while a lane and an event loop that take it from each
   * other cost a request of a small model a fifth of its time. Then only those matter who wait for
   * the loop meanwhile, and for that this is short.
   */
  static final Duration MAX_INLINE_ON_ONE_CORE = Duration.ofMillis(2);

  private static final Logger LOG = System.getLogger(LaneServable.class.getName());

  private final ServableId id;
  private final LaneOptions options;
  private final BatchPolicy policy;
  private final Refusals refusals;
  private final LongSupplier nanoTime;
  private final Lanes<RequestQueues.Queued> lanes;
  private final TurnBatches turns;

  private final LoopWork loopWork;

  /** By signature, of those that the servable lists. */
  private final Map<Signature, Runs> known;

  /** Of all others, such as unions. */
  private final Runs others = new Runs(new Mergeability(false), false);

  LaneServable(ServableId id, Servable servable, LaneOptions options, LongSupplier nanoTime) {
    super(servable);
    this.id = id;
    this.options = options;
    this.policy = BatchPolicy.of(options.objective(), options.mostRows());
    this.refusals = new Refusals(id, options.queue().capacity());
    this.nanoTime = nanoTime;
    this.turns = new TurnBatches(options.turns()::executeAtEnd, this::endTurn);
    this.lanes =
        new Lanes<>(
            "lane-" + id.model() + "-" + id.version(),
            options.lanes(),
            new RequestQueues(id, options.lanes(), options.queue(), policy, nanoTime, this::run),
            work -> EngineThreads.newLane(work, options.weight()));
    this.loopWork =
        new LoopWork(
            lanes, options.turns(), policy.mostInline(MAX_INLINE_ON_ONE_CORE.toNanos()), nanoTime);
    Map<Signature, Runs> runs = new HashMap<>();
    for (Signature signature : servable.signatures().values()) {
      boolean mayMerge =
          options.merges() && RowShapes.allowRows(signature) && !servable.isStateful(signature);
      runs.put(signature, new Runs(new Mergeability(mayMerge), servable.isShapeBound(signature)));
    }
    this.known = Map.copyOf(runs);
    VersionMetrics metrics = servable.metrics();
    if (metrics != null) {
      metrics.countQueued(lanes::waiting);
    }
  }

  /** What is known of the runs of one signature. */
  private static final class Runs {
    private final Mergeability mergeability;
    private final boolean shapeBound;
    private final QueueTable queues = new QueueTable();

    Runs(Mergeability mergeability, boolean shapeBound) {
      this.mergeability = mergeability;
      this.shapeBound = shapeBound;
    }
  }

  /** Returns a decorator that gives every servable its own lanes. */
  public static ServableDecorator decorator(LaneOptions options) {
    return (ModelVersion version, Servable servable) ->
        new LaneServable(version.id(), servable, options, System::nanoTime);
  }

  @Override
  public @Nullable ServingException overload(Caller caller) {
    return lanes.overload(
        caller, policy.hasObjective() ? nanoTime.getAsLong() - options.turns().arrived() : 0);
  }

  /** Those of the lanes; what stays on an event loop is short, or the loop hangs. */
  @Override
  public List<RunUnderWay> runsUnderWay() {
    return lanes.underWay();
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    Runs runs = runs(request);
    Mergeability mergeability = runs.mergeability;
    long rows = mergeability.isRuledOut() ? 0 : RowShapes.rows(request);
    boolean merging = rows > 0 && mergeability.merges();
    RequestQueue queue = runs.queues.queueOf(request, merging, runs.shapeBound);
    BatchTask task =
        BatchTask.of(request, completion, merging ? rows : 1, options.turns().arrived());
    if (rows > 0 && mergeability.isUntried()) {
      offerAll(queue, List.of(task), true);
    } else if (options.oneCore() && policy.hasObjective()) {
      // At once, since what is read next is admitted by what waits already.
      try {
        offerAll(queue, List.of(task), false);
      } finally {
        loopWork.doAtEnd();
      }
    } else {
      turns.add(queue, task);
    }
  }

  private Runs runs(RunRequest request) {
    Runs runs = known.get(request.signature());
    return runs == null ? others : runs;
  }

  /** True if so many requests, of so many rows together, are known to be run soonest right here. */
  private static boolean isCheap(RequestQueue queue, long rows, int requests) {
    return queue.mayBeCheap()
        && queue.costs().work(rows) <= MAX_INLINE.toNanos() + (requests - 1) * MORE_INLINE_NANOS;
  }

  /** Hands requests to the lanes; fails those that are refused. */
  private void offerAll(RequestQueue queue, List<BatchTask> tasks, boolean wake) {
    Queue<RequestQueues.Queued> rest = new ArrayDeque<>(tasks.size());
    for (BatchTask task : tasks) {
      rest.add(new RequestQueues.Queued(queue, task));
    }
    try {
      ServingException refusal = lanes.offer(rest, wake);
      while (refusal != null) {
        rest.remove().task().failed(refusal);
        refusal = lanes.offer(rest, wake);
      }
    } finally {
      if (!rest.isEmpty()) { // a bug, or no memory
        BatchTask.failAll(
            rest.stream().map(RequestQueues.Queued::task).toList(), BatchTask.threw());
      }
    }
  }

  /** What came in one turn of an event loop stays there if it is cheap together. */
  private void endTurn(RequestQueue queue, List<BatchTask> tasks) {
    long rows = RequestQueue.rows(tasks);
    boolean tooMany = queue.merges() && tasks.size() > 1 && rows > options.mostRows();
    if (tooMany || !isCheap(queue, rows, tasks.size())) {
      handOver(queue, tasks);
    } else if (queue.merges()) {
      run(queue, tasks, false, false);
    } else {
      runEach(queue, tasks, 0);
    }
  }

  /** On one core the event loop does what it can of the lanes' work, in the lanes' order. */
  private void handOver(RequestQueue queue, List<BatchTask> tasks) {
    if (!options.oneCore()) {
      offerAll(queue, tasks, true);
      return;
    }
    try {
      offerAll(queue, tasks, false);
    } finally {
      loopWork.doNow();
    }
  }

  /** Also if one throws. */
  private void runEach(RequestQueue queue, List<BatchTask> tasks, int first) {
    int next = first;
    try {
      while (next < tasks.size()) {
        run(queue, List.of(tasks.get(next++)), false, false);
      }
    } finally {
      if (next < tasks.size()) {
        runEach(queue, tasks, next);
      }
    }
  }

  /**
   * Runs requests of one queue on the calling thread: a lane, or where they are cheap. Only on a
   * lane a trial may follow: it runs when the request is answered and its lease given back, and
   * lanes are waited for before the servable is unloaded.
   *
   * @param more whether others wait behind them
   */
  private void run(RequestQueue queue, List<BatchTask> taken, boolean onLane, boolean more) {
    try {
      List<BatchTask> tasks = wanted(queue, taken, more);
      if (!tasks.isEmpty()) {
        RunRequest first = tasks.getFirst().request();
        Mergeability mergeability = runs(first).mergeability;
        boolean mayTry = onLane && !queue.merges() && mergeability.isUntried();
        if (mayTry && RowShapes.rows(first) > 0 && mergeability.beginTrial()) {
          runWithTrial(queue, tasks, mergeability);
        } else {
          runTogether(queue, tasks, more);
        }
      }
    } catch (RuntimeException | Error bug) {
      BatchTask.failRest(taken);
      throw bug;
    }
  }

  /**
   * Ends what nobody waits for, and what would be answered too late; returns the rest. Were nothing
   * left of what waits, requests that are always read late would never be answered: then the last
   * is.
   */
  private List<BatchTask> wanted(RequestQueue queue, List<BatchTask> taken, boolean more) {
    long now = nanoTime.getAsLong();
    double most =
        policy.hasObjective()
            ? policy.mostWait(queue.costs().usual(RequestQueue.rows(taken)))
            : Double.MAX_VALUE;
    long least = more || taken.size() > 1 ? queue.costs().least() : 0;
    int ended = 0;
    BatchTask last = null;
    for (int i = 0; i < taken.size(); i++) {
      BatchTask task = taken.get(i);
      if (task.request().isAbandoned()) {
        expire(task);
        ended++;
        continue;
      }
      if (last != null && endedLate(last, now, most, least)) {
        ended++;
      }
      last = task;
    }
    boolean others = more || taken.size() > ended + 1;
    if (last != null && others && endedLate(last, now, most, least)) {
      ended++;
    }
    if (ended == 0) {
      return taken;
    }
    List<BatchTask> wanted = new ArrayList<>(taken);
    wanted.removeIf(BatchTask::isCompleted);
    return wanted;
  }

  /**
   * Ends a request if its answer would come too late; says whether it did.
   *
   * @param most how long it may have waited
   * @param least how long the shortest run takes
   */
  private boolean endedLate(BatchTask task, long now, double most, long least) {
    if (now - task.queuedNanos() > most) {
      task.failed(refusals.readLate(policy.objectiveNanos()));
      return true;
    }
    if (task.request().remainingNanos(now) < least) {
      expire(task);
      return true;
    }
    return false;
  }

  private void expire(BatchTask task) {
    options.expired().accept(id);
    task.failed(
        new ServingException(
            Code.DEADLINE_EXCEEDED,
            "The request's deadline passed, or left no time to run, while it waited for servable "
                + id));
  }

  /** Runs requests in one run, and learns what it costs; if that fails, each in its own. */
  private void runTogether(RequestQueue queue, List<BatchTask> tasks, boolean more) {
    long start = nanoTime.getAsLong();
    long rows = RequestQueue.rows(tasks);
    List<BatchTask> rest = List.of();
    if (tasks.size() == 1) {
      tasks.getFirst().runOn(servable);
    } else {
      rest = SharedRun.run(servable, tasks, rows);
    }
    // A run that failed says nothing of what runs cost.
    if (tasks.getFirst().hasSucceeded()) {
      queue.costs().add(rows, nanoTime.getAsLong() - start, more);
    }
    if (queue.merges()) {
      options.shared().accept(id, rows);
    }
    for (BatchTask task : rest.isEmpty() ? rest : wanted(queue, rest, more)) {
      task.runOn(servable);
    }
  }

  /** The trial comes after the answer, which nobody should wait longer for. */
  private void runWithTrial(RequestQueue queue, List<BatchTask> tasks, Mergeability mergeability) {
    RowTrial.Outcome outcome = new RowTrial.Outcome.NotMade();
    RunRequest request = tasks.getFirst().request();
    Signature signature = request.signature();
    try (RowTrial trial = RowTrial.of(servable, request)) {
      runTogether(queue, tasks, false);
      if (tasks.getFirst().hasSucceeded()) {
        outcome = trial == null ? new RowTrial.Outcome.Unknown("no memory for rows") : trial.run();
      }
    } finally {
      mergeability.endTrial(outcome);
    }
    if (outcome instanceof RowTrial.Outcome.Dependent(String reason)) {
      LOG.log(
          Level.INFO,
          "Requests for signature {0} of {1} run alone: {2}",
          signature.key(),
          id,
          reason);
    }
  }

  @Override
  public void close() {
    lanes.close();
    servable.close();
  }
}
