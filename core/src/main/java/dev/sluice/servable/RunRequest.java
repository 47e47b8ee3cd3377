package dev.sluice.servable;

import dev.sluice.tensor.Tensor;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One run of one signature, as an engine sees it.
 *
 * <p>Read by the one thread that runs it. The input tensors stay valid until the completion.
 */
public interface RunRequest extends Caller {
  /** Returns the signature to run, one of the servable's own or a union of some of them. */
  Signature signature();

  /** Returns the value of an input of the signature, given or default; null if there is none. */
  @Nullable Tensor input(int index);

  /** Returns how many rows it brings: the first dimension of the first input; 1 without one. */
  default long rows() {
    if (signature().inputs().isEmpty()) {
      return 1;
    }
    Tensor first = input(0);
    return first == null || first.shape().rank() == 0 ? 1 : first.shape().dim(0);
  }

  /** Returns the indices of the wanted outputs, in the order of the answer. Not to be written. */
  int[] outputs();

  /**
   * Returns true if nobody waits for the answer any more: cancelled, or past its deadline. Work
   * that has not begun must then not begin.
   */
  boolean isAbandoned();

  /**
   * Returns true if the client has left, or has been answered otherwise; a deadline that has passed
   * is no such thing.
   */
  default boolean isCancelled() {
    return isAbandoned();
  }

  /**
   * Returns where the answer is given best: the event loop of the client's connection, which sends
   * answers that it is given together with fewer wake-ups and writes. Null if any thread is as
   * good.
   */
  default @Nullable Executor home() {
    return null;
  }

  /**
   * Tells that a servable which {@linkplain Servable#keepsDeadlines keeps deadlines} has begun the
   * run, and lets it take until this time, be the request's own deadline earlier or later.
   */
  default void mayRunUntil(long nanoTime) {}

  /**
   * Says how the run can be cut short from now on; null: no longer. Called by an engine that can,
   * around its work, which then looks itself whether the request {@linkplain #isCancelled is
   * cancelled}. Whoever cancels the request later {@linkplain StoppableRun#stopIfCancelled asks}
   * for it.
   */
  default void stoppableBy(@Nullable StoppableRun run) {}

  /**
   * Tells when the engine began and ended the run, before the completion; on the thread that ran.
   *
   * @param startNanos on the scale of System.nanoTime, as the end
   * @param rows how many rows the engine was given, those of requests that share the run too
   */
  default void ran(long startNanos, long endNanos, long rows) {}
}
