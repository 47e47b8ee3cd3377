package dev.sluice.main;

import dev.sluice.lifecycle.StateListener;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import java.lang.System.Logger.Level;

/** Writes what happens to versions into the log. */
final class StateLog implements StateListener {
  private static final System.Logger LOG = System.getLogger("sluice");

  @Override
  public void changed(VersionStatus status) {
    if (!status.health().isOk()) {
      LOG.log(Level.ERROR, "Servable " + status.id() + " failed: " + status.health());
    } else if (!status.lastAttempt().isOk()) {
      LOG.log(
          Level.WARNING,
          "Loading servable " + status.id() + " failed, will be retried: " + status.lastAttempt());
    } else if (status.state() != VersionState.START) {
      LOG.log(Level.INFO, "Servable " + status.id() + " is " + status.state());
    }
  }
}
