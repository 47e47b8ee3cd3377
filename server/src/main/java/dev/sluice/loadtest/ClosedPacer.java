package dev.sluice.loadtest;

import java.util.function.LongConsumer;

/** A number of clients, each of which sends when it has its answer, until the end. */
final class ClosedPacer implements Pacer {
  private final int clients;
  private final long end;
  private boolean begun;

  ClosedPacer(int clients, long end) {
    this.clients = clients;
    this.end = end;
  }

  @Override
  public long due(long now, LongConsumer begin) {
    if (!begun) {
      begun = true;
      for (int i = 0; i < clients; i++) {
        begin.accept(now);
      }
    }
    return NEVER;
  }

  @Override
  public void ended(long now, LongConsumer begin) {
    if (!isOver(now)) {
      begin.accept(now);
    }
  }

  @Override
  public boolean isOver(long now) {
    return now - end >= 0;
  }
}
