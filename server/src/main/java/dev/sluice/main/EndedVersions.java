package dev.sluice.main;

import dev.sluice.lifecycle.StateListener;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.InferenceMetrics;

/** Tells the statistics which versions have ended. */
record EndedVersions(InferenceMetrics statistics) implements StateListener {
  @Override
  public void changed(VersionStatus status) {
    if (status.state() == VersionState.END) {
      statistics.ended(status.id().model(), status.id().version());
    }
  }
}
