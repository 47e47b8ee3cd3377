package dev.sluice.batching;

/**
 * The turns of the event loop that the calling thread is: in each it reads what has arrived, and
 * then does what that brings. Thread-safe.
 */
public interface Turns {
  /**
   * Runs a task when the loop has decoded all that was there to read, and has done what it was
   * given before; at once if the caller is no event loop.
   */
  void executeAtEnd(Runnable task);

  /**
   * Runs a task when the loop has read once more.
   *
   * @return false if it will not be run: the caller is no event loop, or one that ends
   */
  boolean executeInNext(Runnable task);

  /**
   * Returns since when a request that the loop has just read may have waited to be read, on the
   * scale of System.nanoTime; the present if the caller is no event loop.
   */
  long arrived();
}
