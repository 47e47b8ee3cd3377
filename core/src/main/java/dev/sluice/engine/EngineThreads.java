package dev.sluice.engine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The kind of thread that calls engines.
 *
 * <p>Those that run requests come after the event loops when both want the same core. An event loop
 * that has to wait for the time slices of a run reads requests late, and then nobody knows how long
 * they have waited: a server with more to do than it can gave late answers to all, and refused
 * late.
 */
public final class EngineThreads {
  /** Graph optimisation and interpreters recurse deeply. */
  private static final long STACK_BYTES = 16L << 20;

  /** The bounds of weights: more or less cannot be said by a nice value from 1 to 19. */
  public static final double LEAST_WEIGHT = 0.125;

  public static final double MOST_WEIGHT = 8;

  /**
   * Of a lane of weight 1: a tenth of the weight of a thread that has not been set back, so that
   * nobody starves.
   */
  private static final int NICE = 10;

  /** Of two threads that want the same core, one step of their nice values gives so much more. */
  private static final double STEP = 1.25;

  @SuppressWarnings("restricted")
  private static final MethodHandle SET_PRIORITY =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("setpriority"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT));

  private static final int PRIO_PROCESS = 0;
  private static final int CALLING_THREAD = 0;

  private EngineThreads() {}

  /**
   * Returns such a thread, not started: a platform thread, since a native call holds its carrier,
   * with a large stack. It keeps no process alive.
   */
  public static Thread newThread(Runnable work) {
    return Thread.ofPlatform().daemon().stackSize(STACK_BYTES).unstarted(work);
  }

  /** Returns such a thread that comes after the event loops, to run requests. */
  public static Thread newLane(Runnable work) {
    return newLane(work, 1);
  }

  /**
   * Returns such a thread that comes after the event loops. When lanes want more than a core has,
   * the kernel gives them CPU time by their weights: one of weight 4 has four times what one of
   * weight 1 has, as long as both want it. It counts time, not runs, so that a model with long runs
   * has no advantage, and nothing is lost when one of them has nothing to do.
   *
   * @param weight from {@link #LEAST_WEIGHT} to {@link #MOST_WEIGHT}
   */
  public static Thread newLane(Runnable work, double weight) {
    int nice = niceValue(weight);
    return newThread(
        () -> {
          comeAfterEventLoops(nice);
          work.run();
        });
  }

  static int niceValue(double weight) {
    return NICE - (int) Math.round(Math.log(weight) / Math.log(STEP));
  }

  /** Where the system does not let a thread be set back, it is none the worse. */
  private static void comeAfterEventLoops(int nice) {
    try {
      var _ = (int) SET_PRIORITY.invokeExact(PRIO_PROCESS, CALLING_THREAD, nice);
    } catch (Throwable impossible) {
      throw new IllegalStateException("setpriority", impossible);
    }
  }
}
