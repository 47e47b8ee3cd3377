package dev.sluice.servable;

/** A run under way that an engine can cut short. */
@FunctionalInterface
public interface StoppableRun {
  /**
   * Cuts the run short if nobody waits for its answer any more; it then fails soon. By any thread;
   * does not block, and does nothing once the run has ended, whatever runs by then.
   */
  void stopIfCancelled();
}
