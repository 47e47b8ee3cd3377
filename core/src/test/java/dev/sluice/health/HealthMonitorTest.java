package dev.sluice.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lifecycle.Health;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.servable.Code;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

final class HealthMonitorTest {
  private static final RequiredModels NONE = new RequiredModels.None();
  private static final ServableId DIGITS = new ServableId("digits", 2);

  private final Map<String, List<VersionStatus>> states = new TreeMap<>();
  private final List<HealthReport> told = new ArrayList<>();
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private Map<ServableId, List<RunUnderWay>> runs = Map.of();
  private Set<String> wanted = Set.of();
  private Executor executor = Runnable::run;
  private long now = 1_000;

  private HealthMonitor monitor(RequiredModels required) {
    return monitor(required, Duration.ofSeconds(60));
  }

  private HealthMonitor monitor(RequiredModels required, Duration unliveAfter) {
    return new HealthMonitor(
        new HealthOptions(WedgeBounds.DEFAULT, unliveAfter, required),
        new HealthMonitor.Subjects(
            () -> runs, () -> states, () -> wanted, List.of(task -> executor.execute(task))),
        told::add,
        () -> now);
  }

  private void put(ServableId id, VersionState state, Health health) {
    states.put(id.model(), List.of(new VersionStatus(id, state, health, health)));
  }

  /** Looks as often as the monitor does in a time, and returns what it has found then. */
  private HealthReport look(HealthMonitor monitor, Duration time) {
    for (long left = time.toNanos(); left > 0; left -= HealthMonitor.PERIOD.toNanos()) {
      now += HealthMonitor.PERIOD.toNanos();
      monitor.look();
    }
    return monitor.report();
  }

  @Test
  void aRunThatHangsTurnsReadinessOffWithinFiveSecondsAndOnWhenItEnds() {
    put(DIGITS, VersionState.AVAILABLE, Health.OK);
    HealthMonitor monitor = monitor(NONE);
    runs = Map.of(DIGITS, List.of(new RunUnderWay(1, 0)));
    assertTrue(look(monitor, Duration.ofSeconds(4)).isReady());
    HealthReport wedged = look(monitor, Duration.ofMillis(750));
    assertFalse(wedged.isReady());
    assertTrue(wedged.live());
    assertEquals(Set.of(DIGITS), wedged.wedged());
    assertEquals(Map.of("digits", false), wedged.models());
    assertEquals(
        List.of("model digits: version 2 has a run under way for more than 4.0 s"),
        wedged.troubles());

    runs = Map.of();
    HealthReport well = look(monitor, Duration.ofMillis(250));
    assertTrue(well.isReady());
    assertEquals(Map.of("digits", true), well.models());
  }

  @Test
  void aRunThatHangsForLongTurnsLivenessOff() {
    runs = Map.of(DIGITS, List.of(new RunUnderWay(1, 0)));
    HealthMonitor mortal = monitor(NONE);
    assertTrue(look(mortal, Duration.ofSeconds(64)).live());
    assertFalse(look(mortal, Duration.ofSeconds(1)).live());
    HealthMonitor immortal = monitor(NONE, Duration.ZERO);
    assertTrue(look(immortal, Duration.ofHours(1)).live());
    assertFalse(immortal.report().isReady());
  }

  @Test
  void aLoopThatHangsTurnsReadinessOffAndThenLiveness() {
    executor = loop::add;
    HealthMonitor monitor = monitor(NONE);
    assertTrue(look(monitor, Duration.ofSeconds(4)).isReady());
    HealthReport silent = look(monitor, Duration.ofMillis(750));
    assertEquals(
        List.of("an event loop has not come round for more than 4.0 s"), silent.troubles());
    assertTrue(silent.live());
    assertFalse(look(monitor, Duration.ofSeconds(27)).live());
    loop.remove().run();
    executor = Runnable::run;
    assertTrue(look(monitor, Duration.ofMillis(250)).isReady());
    assertTrue(monitor.report().live());
  }

  /** As when the machine sleeps, or a debugger stops the process. */
  @Test
  void timeInWhichNothingCouldGoOnDoesNotCount() {
    runs = Map.of(DIGITS, List.of(new RunUnderWay(1, 0)));
    HealthMonitor monitor = monitor(NONE);
    look(monitor, Duration.ofSeconds(1));
    now += Duration.ofHours(1).toNanos();
    assertTrue(monitor.isStale());
    assertTrue(look(monitor, Duration.ofMillis(250)).isReady());
    assertFalse(monitor.isStale());
  }

  @Test
  void aRequiredModelThatFailedIsNamedWithItsReason() {
    put(
        DIGITS,
        VersionState.END,
        new Health(Code.INVALID_ARGUMENT, "expected a graph,\nfound nothing"));
    HealthReport report = look(monitor(named("digits")), Duration.ofMillis(250));
    assertEquals(
        List.of(
            "model digits: it is required, and no version of it is available; version 2: failed:"
                + " INVALID_ARGUMENT: expected a graph, found nothing"),
        report.troubles());
    assertTrue(report.live());
  }

  private static RequiredModels named(String... names) {
    return new RequiredModels.Named(Set.of(names));
  }

  @Test
  void aRequiredModelThatLoadsOrThatNobodyHasSeenIsMissed() {
    put(DIGITS, VersionState.LOADING, Health.OK);
    HealthMonitor monitor = monitor(named("digits", "nobody"));
    assertEquals(
        List.of(
            "model digits: it is required, and no version of it is available; version 2: LOADING",
            "model nobody: it is required, and no version of it has been found"),
        look(monitor, Duration.ofMillis(250)).troubles());
    assertEquals(Map.of("digits", false, "nobody", false), monitor.report().models());
    put(DIGITS, VersionState.AVAILABLE, Health.OK);
    put(new ServableId("nobody", 1), VersionState.AVAILABLE, Health.OK);
    assertTrue(look(monitor, Duration.ofMillis(250)).isReady());
  }

  @Test
  void anOlderVersionOfARequiredModelIsEnough() {
    Health failed = new Health(Code.INTERNAL, "broken");
    states.put(
        "digits",
        List.of(
            new VersionStatus(DIGITS, VersionState.END, failed, failed),
            new VersionStatus(
                new ServableId("digits", 1), VersionState.AVAILABLE, Health.OK, Health.OK)));
    assertTrue(look(monitor(named("digits")), Duration.ofMillis(250)).isReady());
  }

  @Test
  void allMeansThoseThatAreWantedAtTheTime() {
    wanted = Set.of("digits");
    HealthMonitor monitor = monitor(new RequiredModels.All());
    assertFalse(look(monitor, Duration.ofMillis(250)).isReady());
    wanted = Set.of();
    assertTrue(look(monitor, Duration.ofMillis(250)).isReady());
  }

  @Test
  void nothingIsRequiredUnlessSomebodySaysSo() {
    wanted = Set.of("digits");
    HealthReport report = look(monitor(NONE), Duration.ofMillis(250));
    assertTrue(report.isReady());
    assertEquals(Map.of("digits", false), report.models());
  }

  @Test
  void tellsTheSameObjectAsLongAsNothingChanges() {
    HealthMonitor monitor = monitor(NONE);
    look(monitor, Duration.ofSeconds(1));
    assertEquals(4, told.size());
    assertSame(told.getFirst(), told.getLast());
  }
}
