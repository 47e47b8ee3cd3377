package dev.sluice.predict;

import dev.sluice.servable.Caller;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where a protocol takes the end of a call, and who waits there. Of the two ends at most one is
 * called, once, on any thread; none after {@link Call#abandon} returned true. It does not block.
 */
public interface Answer extends Caller {
  /**
   * The run succeeded.
   *
   * @param outputs one tensor per wanted output, in order; valid only until this returns, and never
   *     to be closed here
   */
  void succeeded(Call call, Tensor[] outputs);

  /** Returns the event loop that sends the answer; null if it may be any thread. */
  default @Nullable Executor home() {
    return null;
  }

  /** The run failed. */
  void failed(Call call, ServingException failure);
}
