package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.lifecycle.Health;
import dev.sluice.lifecycle.StateListener;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.InferenceMetrics;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.servable.ServableId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EndedVersionsTest {
  @Test
  void onlyTheEndOfAVersionForgetsIt() {
    ServingMetrics metrics = new ServingMetrics(new MetricRegistry(), false);
    InferenceMetrics statistics = metrics.inference();
    List<VersionState> told = new ArrayList<>();
    StateListener first = status -> told.add(status.state());
    StateListener listener = first.andThen(new EndedVersions(metrics.own()));
    statistics.of("m", 1);
    statistics.of("m", 2);
    for (VersionState state : VersionState.values()) {
      assertEquals(2, statistics.all().size());
      if (state != VersionState.END) {
        listener.changed(status(state));
      }
    }
    listener.changed(status(VersionState.END));
    assertEquals(2, statistics.all().getFirst().version());
    assertEquals(1, statistics.all().size());
    assertEquals(VersionState.END, told.getLast());
  }

  private static VersionStatus status(VersionState state) {
    return new VersionStatus(new ServableId("m", 1), state, Health.OK, Health.OK);
  }
}
