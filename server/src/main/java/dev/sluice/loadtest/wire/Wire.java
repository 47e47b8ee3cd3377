package dev.sluice.loadtest.wire;

import java.util.concurrent.CompletableFuture;

/**
 * The connections of one event loop to a server.
 *
 * <p>All methods are called on the event loop. A call that finds no free connection waits for one;
 * it does not get lost.
 */
public interface Wire {
  /** Opens the connections; fails with the reason if one cannot be opened. */
  CompletableFuture<Void> open();

  /** Sends a call. */
  void send(Call call);

  /** Closes the connections; calls under way end as {@link Outcome#UNFINISHED}. */
  void close();
}
