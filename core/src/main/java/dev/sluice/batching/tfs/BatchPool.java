package dev.sluice.batching.tfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.batching.merge.BatchTask;
import dev.sluice.engine.EngineThreads;
import dev.sluice.servable.Code;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run the batches of all versions, and the lock around their queues.
 *
 * <p>Platform threads with a large stack, as the lanes of a servable are; one is started when work
 * waits and none is idle, up to the number given.
 *
 * <p>Invariant: every task that {@link #offer} accepts is completed exactly once: a thread of the
 * pool takes it out of its queue under the lock and has it run, or fails it if that throws; or
 * {@link #close()} or {@link #close(QueueSet)} take it out, and fail it. No more than the queues is
 * touched under the lock.
 */
public final class BatchPool implements AutoCloseable {
  /** How long a close waits for threads; what they still run has nobody waiting for it. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private final String name;
  private final int maxThreads;
  private final LongSupplier nanoTime;
  private final ThreadFactory threadFactory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Condition ended = lock.newCondition();

  @GuardedBy("lock")
  private final Rotation rotation = new Rotation();

  @GuardedBy("lock")
  private final List<Thread> threads = new ArrayList<>();

  @GuardedBy("lock")
  private int idle;

  /** The one idle thread that wakes when a batch becomes old enough; the others sleep on. */
  @GuardedBy("lock")
  private @Nullable Thread timed;

  @GuardedBy("lock")
  private boolean closed;

  /** Creates a pool of so many threads at most; their names begin with the pool's. */
  public BatchPool(String name, int maxThreads) {
    this(name, maxThreads, System::nanoTime, EngineThreads::newLane);
  }

  BatchPool(String name, int maxThreads, LongSupplier nanoTime, ThreadFactory threadFactory) {
    if (maxThreads < 1) {
      throw new IllegalArgumentException("expected at least one thread, found " + maxThreads);
    }
    this.name = name;
    this.maxThreads = maxThreads;
    this.nanoTime = nanoTime;
    this.threadFactory = threadFactory;
  }

  /** Returns the time that tasks are queued by, on the scale of System.nanoTime. */
  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /**
   * Queues a task. Never blocks long.
   *
   * @throws ServingException if it is not accepted: too large, no room, no thread, or closed
   */
  void offer(QueueSet queues, BatchTask task) throws ServingException {
    QueueSet.Kind kind = queues.kindOf(task.request());
    lock.lock();
    try {
      if (closed || queues.closed) {
        throw gone();
      }
      if (threads.isEmpty() && !startThread()) {
        throw new ServingException(
            Code.UNAVAILABLE, "The system has no thread left to run batches");
      }
      BatchQueue queue = queues.queueFor(kind);
      boolean accepted = false;
      try {
        if (rotation.add(queue, task)) {
          timed = null; // who wakes looks again how long to wait
          wakeOne();
        }
        accepted = true;
      } finally {
        if (!accepted && queue.isEmpty()) {
          queues.emptied(queue);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many tasks of one version wait; for metrics. */
  int waiting(QueueSet queues) {
    lock.lock();
    try {
      return queues.queues().stream().mapToInt(BatchQueue::size).sum();
    } finally {
      lock.unlock();
    }
  }

  private static ServingException gone() {
    return new ServingException(Code.UNAVAILABLE, "The servable is being unloaded");
  }

  @GuardedBy("lock")
  private void wakeOne() {
    if (idle > 0) {
      news.signal();
    } else if (threads.size() < maxThreads) {
      var _ = startThread();
    }
  }

  @GuardedBy("lock")
  private boolean startThread() {
    Thread thread = threadFactory.newThread(this::work);
    thread.setName(name + "-" + threads.size());
    try {
      thread.start();
    } catch (OutOfMemoryError noThread) {
      // What the JVM says when the system gives it no thread: those that there are must do.
      return false;
    }
    threads.add(thread);
    return true;
  }

  private void work() {
    Rotation.Turn turn = next(null);
    while (turn != null) {
      try {
        run(turn.queue().owner(), turn.tasks());
      } catch (Throwable bug) {
        // The root of this thread: a bug must cost one batch, not the thread.
        Thread.currentThread()
            .getUncaughtExceptionHandler()
            .uncaughtException(Thread.currentThread(), bug);
      }
      turn = next(turn);
    }
  }

  private static void run(QueueSet queues, List<BatchTask> tasks) {
    try {
      queues.run(tasks);
    } catch (RuntimeException | Error bug) {
      BatchTask.failRest(tasks);
      throw bug;
    }
  }

  /** Waits for a batch to run; null once the pool is closed. */
  private Rotation.@Nullable Turn next(Rotation.@Nullable Turn done) {
    lock.lock();
    try {
      if (done != null) {
        RunningBatches running = done.queue().owner().running;
        running.ended(done, nanoTime.getAsLong());
        if (!running.areAny()) {
          ended.signalAll();
        }
      }
      Rotation.Turn turn = await();
      if (turn != null) {
        taken(turn);
      }
      return turn;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private Rotation.@Nullable Turn await() {
    idle++;
    try {
      while (!closed) {
        long now = nanoTime.getAsLong();
        Rotation.Turn turn = rotation.take(now);
        if (turn != null) {
          return turn;
        }
        if (timed != null || !rotation.hasWaiting()) {
          news.awaitUninterruptibly();
          continue;
        }
        timed = Thread.currentThread();
        try {
          var _ = news.awaitNanos(rotation.untilDue(now));
        } catch (InterruptedException e) {
          // Nobody interrupts these threads; should a model do it, the pool must not lose one.
        }
        if (timed == Thread.currentThread()) {
          timed = null;
        }
      }
      return null;
    } finally {
      idle--;
    }
  }

  @GuardedBy("lock")
  private void taken(Rotation.Turn turn) {
    BatchQueue queue = turn.queue();
    queue.owner().running.begun(turn);
    if (queue.isEmpty()) {
      queue.owner().emptied(queue);
    }
    if (rotation.hasReady() || (rotation.hasWaiting() && timed == null)) {
      wakeOne();
    }
  }

  /** Returns the batches of a version that are being run. */
  List<RunUnderWay> underWay(QueueSet queues) {
    lock.lock();
    try {
      return queues.running.underWay();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more tasks of a version, fails those that wait, and waits for those that run. */
  void close(QueueSet queues) {
    List<BatchTask> left = new ArrayList<>();
    lock.lock();
    try {
      queues.closed = true;
      queues.queues().forEach(queue -> left.addAll(rotation.clear(queue)));
    } finally {
      lock.unlock();
    }
    try {
      BatchTask.failAll(left, gone());
    } finally {
      awaitRuns(queues);
    }
  }

  private void awaitRuns(QueueSet queues) {
    lock.lock();
    try {
      while (queues.running.areAny()) {
        ended.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no more tasks, fails those that wait, and lets the threads end; a run that takes longer
   * than a moment is left behind, for it may hang.
   */
  @Override
  public void close() {
    List<Thread> running;
    List<BatchTask> left;
    lock.lock();
    try {
      closed = true;
      left = rotation.clear();
      running = List.copyOf(threads);
      news.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      BatchTask.failAll(left, gone());
    } finally {
      long end = System.nanoTime() + CLOSE_PATIENCE.toNanos();
      running.forEach(thread -> join(thread, end));
    }
  }

  private static void join(Thread thread, long end) {
    try {
      var _ = thread.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
