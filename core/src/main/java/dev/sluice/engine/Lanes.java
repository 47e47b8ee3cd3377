package dev.sluice.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The few platform threads that run one servable, and the bounded queue in front of them.
 *
 * <p>Platform threads, because a native call holds its carrier; with a large stack, because graph
 * engines recurse. A lane is started when work waits and no lane is idle, so a model that nobody
 * asks costs no thread.
 *
 * <p>Invariant: every pair accepted by {@link #offer} is given to the runner exactly once, also
 * when {@link #close} is called. Two adjacent slots of one ring hold a pair, so that a hand-off
 * costs no allocation.
 */
final class Lanes implements AutoCloseable {
  /** Graph optimisation and interpreters recurse deeply. */
  static final long STACK_BYTES = 16L << 20;

  /** Runs one accepted pair. */
  @FunctionalInterface
  interface Runner {
    void run(RunRequest request, Completion completion);
  }

  private final String name;
  private final int maxLanes;
  private final Runner runner;
  private final ThreadFactory threadFactory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();

  @GuardedBy("lock")
  private final @Nullable Object[] ring;

  @GuardedBy("lock")
  private int head;

  @GuardedBy("lock")
  private int size;

  @GuardedBy("lock")
  private int idle;

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private final List<Thread> threads = new ArrayList<>();

  Lanes(String name, int maxLanes, int queueCapacity, Runner runner) {
    this(name, maxLanes, queueCapacity, runner, Lanes::newLane);
  }

  /** Creates lanes with threads of another kind, for tests. */
  Lanes(String name, int maxLanes, int queueCapacity, Runner runner, ThreadFactory threadFactory) {
    if (maxLanes < 1 || queueCapacity < 1) {
      throw new IllegalArgumentException(
          "expected at least one lane and one place, found " + maxLanes + ", " + queueCapacity);
    }
    this.name = name;
    this.maxLanes = maxLanes;
    this.runner = runner;
    this.threadFactory = threadFactory;
    this.ring = new @Nullable Object[2 * queueCapacity];
  }

  private static Thread newLane(Runnable work) {
    return Thread.ofPlatform().daemon().stackSize(STACK_BYTES).unstarted(work);
  }

  /**
   * Queues a run; returns false if the queue is full, the lanes are closed, or there is no lane and
   * none can be started. Never blocks long.
   */
  boolean offer(RunRequest request, Completion completion) {
    lock.lock();
    try {
      if (closed || 2 * size == ring.length) {
        return false;
      }
      // A lane stays idle until it is awake: what waits already is taken by as many of the idle.
      if (size >= idle && threads.size() < maxLanes) {
        startLane();
      }
      if (threads.isEmpty()) {
        return false;
      }
      int tail = (head + 2 * size) % ring.length;
      ring[tail] = request;
      ring[tail + 1] = completion;
      size++;
      notEmpty.signal();
      return true;
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
    while (true) {
      RunRequest request;
      Completion completion;
      lock.lock();
      try {
        while (size == 0) {
          if (closed) {
            return;
          }
          idle++;
          try {
            notEmpty.awaitUninterruptibly();
          } finally {
            idle--;
          }
        }
        request = (RunRequest) take(head);
        completion = (Completion) take(head + 1);
        head = (head + 2) % ring.length;
        size--;
      } finally {
        lock.unlock();
      }
      try {
        runner.run(request, completion);
      } catch (Throwable bug) {
        // The root of this thread: a bug must cost one request, not the lane.
        Thread.currentThread()
            .getUncaughtExceptionHandler()
            .uncaughtException(Thread.currentThread(), bug);
      }
    }
  }

  @GuardedBy("lock")
  private Object take(int slot) {
    Object value = ring[slot];
    if (value == null) {
      throw new IllegalStateException("empty slot " + slot);
    }
    ring[slot] = null;
    return value;
  }

  /** Refuses further runs, lets the queue run empty, and waits until every lane has ended. */
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
