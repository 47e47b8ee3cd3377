package dev.sluice.api.oip;

import dev.sluice.servable.ServableId;

/** What the protocol asks of the server's health. Thread-safe; never blocks. */
public interface ServerHealth {
  /** Returns true unless only a new process can help. */
  boolean isLive();

  /** Returns true if the server wants traffic. */
  boolean isReady();

  /** Returns true if a version that is available should be asked. */
  boolean mayAsk(ServableId id);
}
