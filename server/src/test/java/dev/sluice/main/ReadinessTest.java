package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.health.HealthMonitor;
import dev.sluice.health.HealthOptions;
import dev.sluice.health.RequiredModels;
import dev.sluice.health.WedgeBounds;
import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private static final ServableId MODEL = new ServableId("m", 1);

  private final HealthMonitor monitor =
      new HealthMonitor(
          new HealthOptions(WedgeBounds.DEFAULT, Duration.ofMinutes(1), new RequiredModels.None()),
          new HealthMonitor.Subjects(Map::of, Map::of, Set::of, List.of()),
          report -> {});
  private final Readiness readiness = new Readiness(monitor);

  @Test
  void aServerThatIsLeavingDoesNotBeginToServe() {
    readiness.serve();
    assertTrue(readiness.mayAsk(MODEL));
    readiness.leave();
    assertFalse(readiness.mayAsk(MODEL));
    readiness.serve(); // by the start, which a call to leave has overtaken
    assertFalse(readiness.mayAsk(MODEL));
    assertFalse(readiness.isReady());
  }
}
