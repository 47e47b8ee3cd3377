package dev.sluice.api.oip;

import dev.sluice.servable.ServableId;

/** A server that is well until it is told otherwise. */
public final class FakeHealth implements ServerHealth {
  public volatile boolean well = true;

  @Override
  public boolean isLive() {
    return well;
  }

  @Override
  public boolean isReady() {
    return well;
  }

  @Override
  public boolean mayAsk(ServableId id) {
    return well;
  }
}
