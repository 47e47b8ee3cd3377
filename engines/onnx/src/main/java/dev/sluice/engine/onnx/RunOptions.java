package dev.sluice.engine.onnx;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.StoppableRun;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The library's options of one run at a time, used again for the next: by them another thread cuts
 * a run short, which the library then ends before its next operation.
 */
final class RunOptions implements StoppableRun {
  private final OrtRunOptions functions;
  private final long options;

  /*
   * A word to stop may come late, when the run has ended and the options are another run's. So it
   * says only "look": who looks stops the run that is under way then, if that one is cancelled. The
   * lock holds that run still between the look and the stop.
   */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable RunRequest current;

  @GuardedBy("lock")
  private boolean terminates;

  /** Takes over options of the library. */
  RunOptions(OrtRunOptions functions, long options) {
    this.functions = functions;
    this.options = options;
  }

  /** Returns the address of the options, for a run of the request that begins now. */
  long begin(RunRequest request) {
    current = request;
    request.stoppableBy(this);
    // Cancelled before it could tell us: what is written first here is read last there.
    if (request.isCancelled()) {
      stopIfCancelled();
    }
    return options;
  }

  /**
   * Ends the run.
   *
   * @return true if it was cut short, or was to be
   */
  boolean end(RunRequest request) {
    request.stoppableBy(null);
    lock.lock();
    try {
      current = null;
      boolean terminated = terminates;
      if (terminated) {
        functions.setTerminates(options, false);
        terminates = false;
      }
      return terminated;
    } finally {
      lock.unlock();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the very request, whatever equals it
  public void stopIfCancelled() {
    RunRequest seen = current;
    if (seen == null || !seen.isCancelled()) {
      return;
    }
    lock.lock();
    try {
      if (current == seen && !terminates) {
        terminates = true;
        functions.setTerminates(options, true);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Frees the options; no run is under way. */
  void release() {
    functions.release(options);
  }
}
