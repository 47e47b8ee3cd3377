package dev.sluice.source;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks at base paths on threads of its own, so that a file system that does not answer, such as a
 * dead NFS mount, holds up only the models that lie there.
 *
 * <p>Looks of one round are made one after the other, since a healthy one takes microseconds. If
 * nothing ends for as long as {@code patience}, those under way are given up as hanging and another
 * thread goes on: there are never more threads than hanging looks and one. Of one model at most one
 * look is under way. Platform threads, because a call into the file system holds its carrier.
 *
 * <p>Thread-safe; rounds are run by one thread, which takes the results.
 */
final class Looks implements AutoCloseable {
  /** What a look found. */
  record Result(WatchedModel model, VersionFinder.Look look) {}

  private final Function<WatchedModel, VersionFinder.Look> finder;
  private final Duration patience;
  private final Runnable cameLate;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final Queue<WatchedModel> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private final Set<WatchedModel> running = new HashSet<>();

  /** Given up, but not ended. */
  @GuardedBy("lock")
  private final Set<WatchedModel> hanging = new LinkedHashSet<>();

  @GuardedBy("lock")
  private final Queue<Result> results = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean closed;

  /**
   * Creates looks.
   *
   * @param patience how long to wait for the next result before what is under way is given up
   * @param cameLate is called when a look that had been given up has ended after all
   */
  Looks(Function<WatchedModel, VersionFinder.Look> finder, Duration patience, Runnable cameLate) {
    this.finder = finder;
    this.patience = patience;
    this.cameLate = cameLate;
  }

  /** Begins a round; models whose look still hangs are left out. */
  void begin(Collection<WatchedModel> models) {
    lock.lock();
    try {
      for (WatchedModel model : models) {
        if (!hanging.contains(model)) {
          waiting.add(model);
        }
      }
    } finally {
      lock.unlock();
    }
    startIfWaiting();
  }

  /**
   * Returns the next result, of this round or late from an earlier one; null when the round is over
   * because all looks have ended or hang.
   */
  @Nullable Result next() throws InterruptedException {
    do {
      lock.lockInterruptibly();
      try {
        long nanos = TimeUnit.NANOSECONDS.convert(patience);
        while (results.isEmpty() && !isOver() && nanos > 0) {
          nanos = changed.awaitNanos(nanos);
        }
        Result result = results.poll();
        if (result != null || isOver()) {
          return result;
        }
        hanging.addAll(running);
        running.clear();
      } finally {
        lock.unlock();
      }
    } while (startIfWaiting());
    return null;
  }

  @GuardedBy("lock")
  private boolean isOver() {
    return closed || (waiting.isEmpty() && running.isEmpty());
  }

  /** Returns the models whose look has been given up and has not ended. */
  Set<WatchedModel> hanging() {
    lock.lock();
    try {
      return Set.copyOf(hanging);
    } finally {
      lock.unlock();
    }
  }

  private boolean startIfWaiting() {
    lock.lock();
    try {
      if (closed || waiting.isEmpty()) {
        return false;
      }
    } finally {
      lock.unlock();
    }
    try {
      Thread.ofPlatform().name("look").daemon().start(this::work);
    } catch (OutOfMemoryError noThread) {
      forgetWaiting(); // the next round begins with them again
      throw noThread;
    }
    return true;
  }

  private void forgetWaiting() {
    lock.lock();
    try {
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    for (WatchedModel model = take(); model != null; model = take()) {
      if (!finish(new Result(model, look(model)))) {
        cameLate.run();
        return;
      }
    }
  }

  /** File systems are foreign code: whatever one throws concerns its model, in this round. */
  private VersionFinder.Look look(WatchedModel model) {
    try {
      return finder.apply(model);
    } catch (RuntimeException | Error e) {
      return new VersionFinder.Look(
          null,
          List.of(
              "Could not look at base path %s of servable %s: %s"
                  .formatted(model.basePath(), model.name(), e)));
    }
  }

  private @Nullable WatchedModel take() {
    lock.lock();
    try {
      WatchedModel model = closed ? null : waiting.poll();
      if (model != null) {
        running.add(model);
      }
      return model;
    } finally {
      lock.unlock();
    }
  }

  /** Returns false if the look had been given up: another thread has taken over the rest. */
  private boolean finish(Result result) {
    lock.lock();
    try {
      results.add(result);
      changed.signalAll();
      hanging.remove(result.model());
      return running.remove(result.model());
    } finally {
      lock.unlock();
    }
  }

  /** Ends a round under way; looks that hang end by themselves and are forgotten. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
