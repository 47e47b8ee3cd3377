package dev.sluice.batching;

import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Turns that a test ends itself; the next turn's tasks are in the same queue.
 *
 * @param atEnd keeps what is to be run at the end of a turn
 */
record TestTurns(Executor atEnd, LongSupplier nanoTime) implements Turns {
  @Override
  public void executeAtEnd(Runnable task) {
    atEnd.execute(task);
  }

  @Override
  public boolean executeInNext(Runnable task) {
    atEnd.execute(task);
    return true;
  }

  @Override
  public long arrived() {
    return nanoTime.getAsLong();
  }
}
