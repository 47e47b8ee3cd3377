package dev.sluice.batching;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.Caller;
import dev.sluice.servable.Code;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The few platform threads that run one servable, and the bounded backlog in front of them.
 *
 * <p>Platform threads, because a native call holds its carrier; with a large stack, because graph
 * engines recurse. A lane is started when work waits and no lane is idle, so a model that nobody
 * asks costs no thread.
 *
 * <p>Invariant: every task that the backlog accepts in {@link #offer} is in exactly one piece of
 * work that a lane runs, or a thread that {@linkplain #work does a lane's work}; also when {@link
 * #close} is called.
 *
 * @param <T> what is offered
 */
final class Lanes<T> implements AutoCloseable {
  /** What waits. Every method is called under the lanes' lock, and blocks and calls nobody. */
  interface Backlog<T> {
    /** Takes a task in, unless it returns why not. */
    @Nullable ServingException add(T task);

    /** Returns why any task of a caller that has waited so long would be refused now, or null. */
    @Nullable ServingException overload(Caller caller, long waitedNanos);

    /** Returns how many tasks wait. */
    int size();

    /** Returns work made of at least one of the tasks that wait; there is one. */
    Work take();

    /**
     * Returns work as {@link #take} does, if it is known that it takes no longer than this, or
     * null.
     */
    @Nullable Work takeWithin(long nanos);

    /** Returns true if {@link #takeWithin} would return work; something waits. */
    boolean hasWithin(long nanos);

    /** Work that was taken has been run. */
    void done(Work work);

    /** Returns the work that was taken and has not been run. */
    List<RunUnderWay> underWay();
  }

  /** What a lane runs at once. */
  @FunctionalInterface
  interface Work {
    /**
     * Runs it.
     *
     * @param onLane false if the calling thread is not a lane, but does the work of one
     */
    void run(boolean onLane);
  }

  private final String name;
  private final int maxLanes;
  private final ThreadFactory threadFactory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();

  @GuardedBy("lock")
  private final Backlog<T> backlog;

  @GuardedBy("lock")
  private int idle;

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private final List<Thread> threads = new ArrayList<>();

  Lanes(String name, int maxLanes, Backlog<T> backlog, ThreadFactory threadFactory) {
    if (maxLanes < 1) {
      throw new IllegalArgumentException("expected at least one lane, found " + maxLanes);
    }
    this.name = name;
    this.maxLanes = maxLanes;
    this.backlog = backlog;
    this.threadFactory = threadFactory;
  }

  /**
   * Queues tasks, before a lane that slept takes any of them, and removes those that are queued
   * from the list. Stops at the first that is not: the backlog refuses it, the lanes are closed, or
   * there is no lane and none can be started. Never blocks long.
   *
   * @param wake false if the caller will {@linkplain #work work} itself, and then wakes the lanes
   * @return why the first that is left was not queued, or null if none is left
   */
  @Nullable ServingException offer(Queue<T> tasks, boolean wake) {
    lock.lock();
    try {
      ServingException refusal = null;
      for (T task = tasks.peek(); task != null && refusal == null; task = tasks.peek()) {
        refusal = add(task, wake);
        if (refusal == null) {
          tasks.remove();
        }
      }
      return refusal;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private @Nullable ServingException add(T task, boolean wake) {
    if (closed) {
      return new ServingException(Code.UNAVAILABLE, name + " is closed");
    }
    // A lane stays idle until it is awake: what waits already is taken by as many of the idle.
    if (threads.isEmpty() || (wake && backlog.size() >= idle && threads.size() < maxLanes)) {
      startLane();
    }
    if (threads.isEmpty()) {
      return new ServingException(Code.UNAVAILABLE, "The system has no thread left for " + name);
    }
    ServingException refusal = backlog.add(task);
    if (refusal == null && wake) {
      notEmpty.signal();
    }
    return refusal;
  }

  /** Returns how many tasks wait; for metrics. */
  int waiting() {
    lock.lock();
    try {
      return backlog.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does what a lane would, on the calling thread, as long as that is known to take no longer than
   * this; wakes a lane for what is left if it would take longer by itself.
   *
   * @return true if something is left that the caller can go on with
   */
  boolean work(long nanos, LongSupplier nanoTime) {
    long end = nanoTime.getAsLong() + nanos;
    Work work = take(nanos);
    while (work != null) {
      try {
        work.run(false);
      } finally {
        done(work);
      }
      work = take(end - nanoTime.getAsLong());
    }
    return isLeft(nanos);
  }

  private @Nullable Work take(long nanos) {
    lock.lock();
    try {
      return backlog.size() == 0 ? null : backlog.takeWithin(nanos);
    } finally {
      lock.unlock();
    }
  }

  private void done(Work work) {
    lock.lock();
    try {
      backlog.done(work);
    } finally {
      lock.unlock();
    }
  }

  private boolean isLeft(long nanos) {
    lock.lock();
    try {
      if (backlog.size() == 0) {
        return false;
      }
      boolean goesOn = !closed && backlog.hasWithin(nanos);
      if (!goesOn) {
        notEmpty.signal();
      }
      return goesOn;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes a lane for what was offered without, if anything is left of it. */
  void wake() {
    lock.lock();
    try {
      if (backlog.size() > 0) {
        notEmpty.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the work that is being run. */
  List<RunUnderWay> underWay() {
    lock.lock();
    try {
      return backlog.underWay();
    } finally {
      lock.unlock();
    }
  }

  /** Returns why any task of a caller that has waited so long would be refused now, or null. */
  @Nullable ServingException overload(Caller caller, long waitedNanos) {
    lock.lock();
    try {
      return backlog.overload(caller, waitedNanos);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void startLane() {
    Thread lane = threadFactory.newThread(this::runLane);
    lane.setName(name + "-" + threads.size());
    try {
      lane.start();
    } catch (OutOfMemoryError noThread) {
      // What the JVM says when the system gives it no thread: the lanes that there are must do.
      return;
    }
    threads.add(lane);
  }

  private void runLane() {
    Work work = null;
    while (true) {
      lock.lock();
      try {
        if (work != null) {
          backlog.done(work);
        }
        if (!awaitWork()) {
          return;
        }
        work = backlog.take();
      } finally {
        lock.unlock();
      }
      try {
        work.run(true);
      } catch (Throwable bug) {
        // The root of this thread: a bug must cost its requests, not the lane.
        Thread.currentThread()
            .getUncaughtExceptionHandler()
            .uncaughtException(Thread.currentThread(), bug);
      }
    }
  }

  /** Returns false if there is none and will be none. */
  @GuardedBy("lock")
  private boolean awaitWork() {
    while (backlog.size() == 0) {
      if (closed) {
        return false;
      }
      idle++;
      try {
        notEmpty.awaitUninterruptibly();
      } finally {
        idle--;
      }
    }
    return true;
  }

  /** Refuses further tasks, lets the backlog run empty, and waits until every lane has ended. */
  @Override
  public void close() {
    List<Thread> running;
    lock.lock();
    try {
      closed = true;
      notEmpty.signalAll();
      running = List.copyOf(threads);
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread lane : running) {
      while (true) {
        try {
          lane.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
