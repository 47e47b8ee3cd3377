package dev.sluice.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RunWatchTest {
  private static final long SECOND = 1_000_000_000;
  private static final ServableId FIRST = new ServableId("m", 1);
  private static final ServableId SECOND_VERSION = new ServableId("m", 2);
  private static final ServableId OTHER = new ServableId("other", 1);

  private final RunWatch watch =
      new RunWatch(
          new WedgeBounds(
              Duration.ofSeconds(4),
              Map.of("patient", Duration.ofSeconds(60), "eternal", Duration.ZERO)));

  private static Map<ServableId, List<RunUnderWay>> runs(ServableId id, RunUnderWay... runs) {
    return Map.of(id, List.of(runs));
  }

  private static RunUnderWay run(long id) {
    return new RunUnderWay(id, 0);
  }

  private static RunUnderWay run(long id, double usualSeconds) {
    return new RunUnderWay(id, (long) (usualSeconds * SECOND));
  }

  /** Looks as often as in the time given, a second apart, at the same runs. */
  private Set<ServableId> look(int seconds, Map<ServableId, List<RunUnderWay>> runs) {
    Set<ServableId> wedged = Set.of();
    for (int i = 0; i < seconds; i++) {
      wedged = watch.look(runs, SECOND).keySet();
    }
    return wedged;
  }

  @Test
  void aRunThatDoesNotEndIsWedgedUntilItDoes() {
    Map<ServableId, List<RunUnderWay>> same = runs(FIRST, run(7));
    assertEquals(Set.of(), look(5, same));
    assertEquals(Set.of(FIRST), look(1, same));
    assertEquals(Set.of(FIRST), look(100, same));
    assertEquals(Set.of(), look(1, runs(FIRST, run(8))));
    assertEquals(Set.of(), look(1, Map.of(FIRST, List.of())));
  }

  @Test
  void runsThatFollowEachOtherAreNotOneLongRun() {
    for (int id = 0; id < 100; id++) {
      assertEquals(Set.of(), look(3, runs(FIRST, run(id))));
    }
  }

  @Test
  void oneOfSeveralLanesIsEnough() {
    for (int i = 0; i < 5; i++) {
      watch.look(runs(FIRST, run(0), run(100 + i)), SECOND);
    }
    assertEquals(Set.of(FIRST), look(1, runs(FIRST, run(0), run(200))));
  }

  @Test
  void aRunMayTakeTenTimesWhatIsUsual() {
    Map<ServableId, List<RunUnderWay>> slow = runs(FIRST, run(1, 30));
    assertEquals(Set.of(), look(301, slow));
    assertEquals(Set.of(FIRST), look(1, slow));
  }

  @Test
  void whatOneVersionHasShownHoldsForTheNext() {
    look(1, runs(FIRST, run(1, 30)));
    assertEquals(Set.of(), look(200, runs(SECOND_VERSION, run(1))));
    assertEquals(Set.of(OTHER), look(6, runs(OTHER, run(1))));
  }

  @Test
  void modelsHaveBoundsOfTheirOwnAndZeroIsNone() {
    ServableId patient = new ServableId("patient", 1);
    assertEquals(Set.of(), look(61, runs(patient, run(1))));
    assertEquals(Set.of(patient), look(1, runs(patient, run(1))));
    assertEquals(Set.of(), look(1_000, runs(new ServableId("eternal", 1), run(1))));
  }

  @Test
  void saysHowLongItMightHaveTakenAndHowLongItHasGoneOnSince() {
    look(9, runs(FIRST, run(1), run(2)));
    assertEquals(
        Map.of(FIRST, new RunWatch.Wedge(4 * SECOND, 5 * SECOND)),
        watch.look(runs(FIRST, run(1), run(2), run(3)), SECOND));
  }

  /** Beside a model that remembers when it has seen each run first, and what was usual last. */
  @Test
  void anyScheduleIsJudgedAsByASimpleModel() {
    long seed = Long.getLong("sluice.seed", System.nanoTime());
    System.out.println("RunWatchTest seed " + seed);
    Random random = new Random(seed);
    int wedges = 0;
    for (int round = 0; round < 200; round++) {
      RunWatch judged = new RunWatch(WedgeBounds.DEFAULT);
      Schedule schedule = new Schedule(random);
      for (int step = 0; step < 100; step++) {
        schedule.step();
        Set<ServableId> found = judged.look(schedule.underWay, schedule.gap).keySet();
        assertEquals(
            schedule.wedged(), found, "seed " + seed + ", round " + round + ", step " + step);
        wedges += found.size();
      }
    }
    assertTrue(wedges > 100, "too few of " + wedges + " wedges to say anything");
  }

  /** Runs of three models that begin and end at random. */
  private static final class Schedule {
    private final Random random;
    private final Map<ServableId, List<RunUnderWay>> underWay = new HashMap<>();
    private final Map<RunUnderWay, Long> firstSeen = new HashMap<>();
    private final Map<String, Long> usual = new HashMap<>();
    private long now;
    private long gap;
    private long next;

    Schedule(Random random) {
      this.random = random;
    }

    void step() {
      gap = random.nextLong(2 * SECOND);
      now += gap;
      for (int model = 0; model < 3; model++) {
        ServableId id = new ServableId("model-" + model, 1);
        List<RunUnderWay> runs = new ArrayList<>(underWay.getOrDefault(id, List.of()));
        runs.removeIf(run -> random.nextInt(6) == 0);
        while (runs.size() < 3 && random.nextInt(3) == 0) {
          runs.add(new RunUnderWay(next++, random.nextBoolean() ? 0 : random.nextLong(SECOND)));
        }
        underWay.put(id, runs);
        runs.forEach(run -> firstSeen.putIfAbsent(run, now));
      }
    }

    Set<ServableId> wedged() {
      Set<ServableId> wedged = new HashSet<>();
      underWay.forEach(
          (id, runs) -> {
            for (RunUnderWay run : runs) {
              if (run.usualNanos() > 0) {
                usual.put(id.model(), run.usualNanos());
              }
              long most = Math.max(4 * SECOND, 10 * usual.getOrDefault(id.model(), 0L));
              if (now - firstSeen.getOrDefault(run, now) > most) {
                wedged.add(id);
              }
            }
          });
      return wedged;
    }
  }
}
