package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionPolicyTest {
  private static final VersionPolicy AVAILABILITY = new AvailabilityPreservingPolicy();
  private static final VersionPolicy RESOURCES = new ResourcePreservingPolicy();

  /** Reads "6 ready+, 9 new+": number, phase, + for wanted. */
  private static List<VersionSnapshot> parse(String text) {
    return Stream.of(text.split(",", -1))
        .map(String::strip)
        .map(
            item -> {
              int space = item.indexOf(' ');
              String phase = item.substring(space + 1, item.length() - 1);
              return new VersionSnapshot(
                  Long.parseLong(item.substring(0, space)),
                  Phase.valueOf(phase.toUpperCase(Locale.ROOT)),
                  item.endsWith("+"));
            })
        .toList();
  }

  private static String decide(VersionPolicy policy, String versions) {
    return describe(policy.next(parse(versions)));
  }

  private static String describe(Optional<Action> action) {
    if (action.isEmpty()) {
      return "none";
    }
    return switch (action.get()) {
      case Action.Load(long version) -> "load " + version;
      case Action.Unload(long version) -> "unload " + version;
    };
  }

  @ParameterizedTest
  @CsvSource({
    "'6 ready+, 9 new+, 12 new+', load 12",
    "'3 ready-, 6 ready+, 9 new+', unload 3",
    "'3 ready-', unload 3",
    "'3 ready-, 9 new+', load 9",
    "'2 ready-, 3 ready-, 9 new+', unload 2",
    "'3 ready-, 9 loading+', none",
    "'3 ready-, 9 error+', none",
    "'6 ready+, 9 loading+, 12 error+', none",
    "'3 draining-, 9 ready+', none",
    "'3 new-, 9 new-', none",
    "'3 ready-, 9 draining+', none",
    "'3 ready-, 9 unloading+', none"
  })
  void availabilityPreservingDecides(String versions, String expected) {
    assertEquals(expected, decide(AVAILABILITY, versions));
  }

  @ParameterizedTest
  @CsvSource({
    "'4 ready-, 7 new+', unload 4",
    "'4 unloading-, 7 new+', none",
    "'4 disabled-, 5 error-, 7 new+', load 7",
    "'4 loading-, 7 new+', none",
    "'4 draining+, 7 new+', none",
    "'4 ready+, 7 new+, 9 new+', load 9"
  })
  void resourcePreservingDecides(String versions, String expected) {
    assertEquals(expected, decide(RESOURCES, versions));
  }

  @Test
  void nothingManagedNeedsNothing() {
    assertEquals(Optional.empty(), AVAILABILITY.next(List.of()));
    assertEquals(Optional.empty(), RESOURCES.next(List.of()));
  }

  /**
   * Walks many random histories of one model: wishes change, loads succeed or fail, unloads end.
   * Availability: once a version serves, the last one that serves is unloaded only if nothing is
   * wanted. Resources: a load begins only when no unwanted version holds anything. Progress: when
   * nothing is under way and the policy rests, what is wanted has been tried and what is not wanted
   * serves only in default of a wanted one.
   */
  @Test
  void randomHistoriesKeepThePoliciesPromises() {
    long seed = new Random().nextLong();
    System.out.println("VersionPolicyTest seed " + seed);
    Random random = new Random(seed);
    for (int history = 0; history < 2_000; history++) {
      walk(AVAILABILITY, random, seed);
      walk(RESOURCES, random, seed);
    }
  }

  private static void walk(VersionPolicy policy, Random random, long seed) {
    Map<Long, VersionSnapshot> model = new TreeMap<>();
    for (int step = 0; step < 60; step++) {
      if (random.nextInt(4) == 0) {
        wish(model, random);
      } else {
        advance(model, random);
      }
      forget(model);
      settle(policy, model, seed);
    }
    for (int step = 0; step < 100; step++) {
      advance(model, random);
      forget(model);
      settle(policy, model, seed);
    }
    checkRest(policy, model, seed);
  }

  private static void wish(Map<Long, VersionSnapshot> model, Random random) {
    for (long version = 1; version <= 5; version++) {
      boolean wanted = random.nextBoolean();
      VersionSnapshot now = model.get(version);
      if (now == null && wanted) {
        model.put(version, new VersionSnapshot(version, Phase.NEW, true));
      } else if (now != null) {
        model.put(version, new VersionSnapshot(version, now.phase(), wanted));
      }
    }
  }

  private static void advance(Map<Long, VersionSnapshot> model, Random random) {
    if (model.isEmpty()) {
      return;
    }
    List<VersionSnapshot> all = new ArrayList<>(model.values());
    VersionSnapshot version = all.get(random.nextInt(all.size()));
    Phase next =
        switch (version.phase()) {
          case LOAD_REQUESTED -> Phase.LOADING;
          case LOADING ->
              random.nextInt(3) == 0
                  ? Phase.ERROR
                  : version.aspired() ? Phase.READY : Phase.UNLOADING;
          case DRAINING -> Phase.UNLOADING;
          case UNLOADING -> Phase.DISABLED;
          case NEW, READY, DISABLED, ERROR -> version.phase();
        };
    assertTrue(next == version.phase() || version.phase().mayBecome(next));
    model.put(version.version(), new VersionSnapshot(version.version(), next, version.aspired()));
  }

  private static void forget(Map<Long, VersionSnapshot> model) {
    for (VersionSnapshot version : List.copyOf(model.values())) {
      if (version.phase() == Phase.DISABLED && version.aspired()) {
        model.put(version.version(), new VersionSnapshot(version.version(), Phase.NEW, true));
      } else if (version.phase() == Phase.DISABLED
          || (!version.aspired()
              && (version.phase() == Phase.NEW || version.phase() == Phase.ERROR))) {
        model.remove(version.version());
      }
    }
  }

  private static void settle(VersionPolicy policy, Map<Long, VersionSnapshot> model, long seed) {
    for (int turn = 0; turn < 20; turn++) {
      List<VersionSnapshot> before = List.copyOf(model.values());
      Optional<Action> action = policy.next(before);
      if (action.isEmpty()) {
        return;
      }
      check(policy, before, action.get(), seed);
      switch (action.get()) {
        case Action.Load(long version) -> become(model, version, Phase.LOAD_REQUESTED);
        case Action.Unload(long version) -> become(model, version, Phase.DRAINING);
      }
    }
    throw new AssertionError("no rest, seed " + seed + ": " + model);
  }

  private static void become(Map<Long, VersionSnapshot> model, long number, Phase next) {
    model.computeIfPresent(
        number,
        (key, version) -> {
          assertTrue(version.phase().mayBecome(next));
          return new VersionSnapshot(number, next, version.aspired());
        });
  }

  private static void check(
      VersionPolicy policy, List<VersionSnapshot> before, Action action, long seed) {
    String context = "seed " + seed + ", " + before + ", " + action;
    boolean anyAspired = before.stream().anyMatch(VersionSnapshot::aspired);
    long serving = before.stream().filter(version -> version.phase() == Phase.READY).count();
    switch (action) {
      case Action.Unload(long number) -> {
        VersionSnapshot version =
            before.stream().filter(v -> v.version() == number).findFirst().orElseThrow();
        assertTrue(!version.aspired() && version.phase() == Phase.READY, context);
        assertTrue(policy == RESOURCES || serving > 1 || !anyAspired, context);
      }
      case Action.Load(long number) -> {
        VersionSnapshot version =
            before.stream().filter(v -> v.version() == number).findFirst().orElseThrow();
        assertTrue(version.aspired() && version.phase() == Phase.NEW, context);
        assertTrue(
            policy == AVAILABILITY
                || before.stream().noneMatch(VersionPolicyTest::holdsWhatIsNotWanted),
            context);
      }
    }
  }

  private static boolean holdsWhatIsNotWanted(VersionSnapshot version) {
    boolean leaving = version.phase() == Phase.DRAINING || version.phase() == Phase.UNLOADING;
    return leaving || (!version.aspired() && !version.phase().isEnd());
  }

  private static void checkRest(VersionPolicy policy, Map<Long, VersionSnapshot> model, long seed) {
    String context = "seed " + seed + ": " + model;
    boolean busy =
        model.values().stream()
            .anyMatch(
                v -> v.phase() != Phase.READY && !v.phase().isEnd() && v.phase() != Phase.NEW);
    if (busy) {
      return;
    }
    assertTrue(model.values().stream().noneMatch(v -> v.phase() == Phase.NEW), context);
    boolean aspiredReady =
        model.values().stream().anyMatch(v -> v.aspired() && v.phase() == Phase.READY);
    long unwanted = model.values().stream().filter(v -> !v.aspired()).count();
    boolean anyAspired = model.values().stream().anyMatch(VersionSnapshot::aspired);
    long allowed = policy == AVAILABILITY && anyAspired && !aspiredReady ? 1 : 0;
    assertTrue(unwanted <= allowed, context);
  }
}
