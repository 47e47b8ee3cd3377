package dev.sluice.engine;

/** The kind of thread that calls engines. */
public final class EngineThreads {
  /** Graph optimisation and interpreters recurse deeply. */
  private static final long STACK_BYTES = 16L << 20;

  private EngineThreads() {}

  /**
   * Returns a builder of such threads: platform threads, since a native call holds its carrier,
   * with a large stack. They keep no process alive.
   */
  public static Thread.Builder.OfPlatform builder() {
    return Thread.ofPlatform().daemon().stackSize(STACK_BYTES);
  }
}
