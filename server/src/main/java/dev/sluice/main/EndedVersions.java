package dev.sluice.main;

import dev.sluice.lifecycle.StateListener;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.SluiceMetrics;

/** Tells the metrics which versions have ended. */
record EndedVersions(SluiceMetrics metrics) implements StateListener {
  @Override
  public void changed(VersionStatus status) {
    if (status.state() == VersionState.END) {
      metrics.ended(status.id().model(), status.id().version());
    }
  }
}
