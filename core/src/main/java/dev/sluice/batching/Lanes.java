package dev.sluice.batching;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.engine.EngineThreads;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The few platform threads that run one servable, and the bounded backlog in front of them.
 *
 * <p>Platform threads, because a native call holds its carrier; with a large stack, because graph
 * engines recurse. A lane is started when work waits and no lane is idle, so a model that nobody
 * asks costs no thread.
 *
 * <p>Invariant: every task that the backlog accepts in {@link #offer} is in exactly one piece of
 * work that a lane runs, also when {@link #close} is called.
 *
 * @param <T> what is offered
 */
final class Lanes<T> implements AutoCloseable {
  /** What waits. Every method is called under the lanes' lock, and blocks and calls nobody. */
  interface Backlog<T> {
    /** Takes a task in, unless it returns why not. */
    @Nullable ServingException add(T task);

    /** Returns why any task would be refused now, or null. */
    @Nullable ServingException overload();

    /** Returns how many tasks wait. */
    int size();

    /** Returns work made of at least one of the tasks that wait; there is one. */
    Work take();

    /** Work that was taken has been run. */
    void done(Work work);
  }

  /** What a lane runs at once. */
  @FunctionalInterface
  interface Work {
    void run();
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

  Lanes(String name, int maxLanes, Backlog<T> backlog) {
    this(name, maxLanes, backlog, EngineThreads.builder().factory());
  }

  /** Creates lanes with threads of another kind, for tests. */
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
   * @return why the first that is left was not queued, or null if none is left
   */
  @Nullable ServingException offer(Queue<T> tasks) {
    lock.lock();
    try {
      ServingException refusal = null;
      for (T task = tasks.peek(); task != null && refusal == null; task = tasks.peek()) {
        refusal = add(task);
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
  private @Nullable ServingException add(T task) {
    if (closed) {
      return new ServingException(Code.UNAVAILABLE, name + " is closed");
    }
    // A lane stays idle until it is awake: what waits already is taken by as many of the idle.
    if (backlog.size() >= idle && threads.size() < maxLanes) {
      startLane();
    }
    if (threads.isEmpty()) {
      return new ServingException(Code.UNAVAILABLE, "The system has no thread left for " + name);
    }
    ServingException refusal = backlog.add(task);
    if (refusal == null) {
      notEmpty.signal();
    }
    return refusal;
  }

  /** Returns why any task would be refused now, or null. */
  @Nullable ServingException overload() {
    lock.lock();
    try {
      return backlog.overload();
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
        work.run();
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
