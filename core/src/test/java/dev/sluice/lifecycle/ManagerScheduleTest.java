package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random wishes, failures and delays, with threads that borrow all the time. */
@Timeout(120)
@SuppressWarnings("ThreadPriorityCheck") // Yielding shuffles the schedules; nothing relies on it.
class ManagerScheduleTest {
  private static final int WISHES = 400;
  private static final int BORROWERS = 3;
  private static final int VERSIONS = 6;

  private static ManagerHarness harness(int retries) {
    return new ManagerHarness(
        new ManagerOptions(
            new AvailabilityPreservingPolicy(), 2, 0, retries, Duration.ZERO, Long.MAX_VALUE),
        List.of());
  }

  /** A load that fails one time in {@code oneIn}, and yields to others a few times. */
  private static FakeEngine.Script shaky(Random random, int oneIn) {
    return attempt -> {
      boolean fails;
      int yields;
      synchronized (random) {
        fails = oneIn > 0 && random.nextInt(oneIn) == 0;
        yields = random.nextInt(20);
      }
      for (int i = 0; i < yields; i++) {
        Thread.yield();
      }
      if (fails) {
        throw new ServingException(Code.UNAVAILABLE, "shaky");
      }
    };
  }

  @Test
  void nobodyEverHoldsAFreedServable() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("ManagerScheduleTest.nobodyEverHoldsAFreedServable seed " + seed);
    Random random = new Random(seed);
    try (ManagerHarness harness = harness(1)) {
      for (long version = 1; version <= VERSIONS; version++) {
        harness.engine.script(ManagerHarness.id(version), shaky(random, 4));
      }
      AtomicBoolean stop = new AtomicBoolean();
      List<CompletableFuture<Long>> borrowers = new ArrayList<>();
      for (int i = 0; i < BORROWERS; i++) {
        long borrowerSeed = seed + i;
        borrowers.add(
            CompletableFuture.supplyAsync(
                () -> borrow(harness.manager, stop, new Random(borrowerSeed)),
                ManagerScheduleTest::startThread));
      }
      for (int wish = 0; wish < WISHES; wish++) {
        harness.aspire(randomVersions(random));
        if (random.nextInt(3) == 0) {
          harness.flush();
        }
      }
      harness.aspire();
      // Between two wishes that wait to be taken all may have ended as well, and not for good.
      harness.flush();
      harness.await(() -> allEnded(harness));
      stop.set(true);
      for (CompletableFuture<Long> borrower : borrowers) {
        borrower.get();
      }
      assertEquals(0, harness.engine.loaded.get(), "seed " + seed);
      harness.flush();
      checkSequences(harness.events, seed);
    }
  }

  private static long[] randomVersions(Random random) {
    synchronized (random) {
      return random.longs(1, VERSIONS + 1).limit(random.nextInt(4)).distinct().toArray();
    }
  }

  private static boolean allEnded(ManagerHarness harness) {
    return harness.engine.loaded.get() == 0
        && harness.manager.states().versions("m").stream()
            .allMatch(status -> status.state() == VersionState.END);
  }

  private static long borrow(Manager manager, AtomicBoolean stop, Random random) {
    long borrowed = 0;
    while (!stop.get()) {
      ServableLease lease =
          random.nextBoolean()
              ? manager.acquireLatest("m")
              : manager.acquire("m", 1L + random.nextInt(VERSIONS));
      if (lease != null) {
        FakeServable servable = (FakeServable) lease.servable();
        for (int i = random.nextInt(5); i >= 0; i--) {
          if (!servable.isUsable()) {
            throw new AssertionError("freed while lent: " + lease.id());
          }
          Thread.yield();
        }
        lease.release();
        borrowed++;
      } else {
        Thread.yield();
      }
    }
    return borrowed;
  }

  /** States of one incarnation only move forward, and START begins the next. */
  private static void checkSequences(List<VersionStatus> events, long seed) {
    Map<ServableId, VersionState> last = new HashMap<>();
    for (VersionStatus event : events) {
      VersionState before = last.put(event.id(), event.state());
      boolean first = before == null || before == VersionState.END;
      String context = "seed " + seed + ": " + event + " after " + before;
      assertEquals(first, event.state() == VersionState.START && before != event.state(), context);
      assertTrue(before == null || first || before.compareTo(event.state()) <= 0, context);
      assertFalse(
          before == VersionState.LOADING && event.state() == VersionState.UNLOADING, context);
    }
  }

  @Test
  void latestNeverFailsWhileSomethingIsWanted() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("ManagerScheduleTest.latestNeverFails seed " + seed);
    Random random = new Random(seed);
    try (ManagerHarness harness = harness(0)) {
      for (long version = 2; version <= VERSIONS; version++) {
        harness.engine.script(ManagerHarness.id(version), shaky(random, 3));
      }
      harness.aspire(1);
      harness.awaitState(1, VersionState.AVAILABLE);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong served = new AtomicLong();
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      for (int i = 0; i < BORROWERS; i++) {
        clients.add(
            CompletableFuture.runAsync(
                () -> demandLatest(harness.manager, stop, served),
                ManagerScheduleTest::startThread));
      }
      Deque<ServableLease> held = new ArrayDeque<>();
      for (int wish = 0; wish < WISHES; wish++) {
        long[] versions = randomVersions(random);
        harness.aspire(versions.length == 0 ? new long[] {1} : versions);
        if (flip(random)) {
          harness.flush();
          harness.await(() -> nothingLoads(harness));
        }
        // Slow requests, so that wishes also meet versions that drain.
        held.add(latest(harness.manager));
        while (held.size() > 3) {
          held.remove().release();
        }
      }
      held.forEach(ServableLease::release);
      stop.set(true);
      for (CompletableFuture<Void> client : clients) {
        client.get();
      }
      assertTrue(served.get() > 0, "seed " + seed);
    }
  }

  private static ServableLease latest(Manager manager) {
    ServableLease lease = manager.acquireLatest("m");
    if (lease == null) {
      throw new AssertionError("no version of m is available: " + manager.states().versions("m"));
    }
    return lease;
  }

  private static boolean flip(Random random) {
    synchronized (random) {
      return random.nextBoolean();
    }
  }

  private static boolean nothingLoads(ManagerHarness harness) {
    return harness.manager.states().versions("m").stream()
        .noneMatch(
            status ->
                status.state() == VersionState.START || status.state() == VersionState.LOADING);
  }

  private static void demandLatest(Manager manager, AtomicBoolean stop, AtomicLong served) {
    do {
      ServableLease lease = latest(manager);
      if (!((FakeServable) lease.servable()).isUsable()) {
        throw new AssertionError("freed while lent: " + lease.id());
      }
      lease.release();
      served.incrementAndGet();
      Thread.yield();
    } while (!stop.get());
  }

  /** Platform threads: a spinning virtual thread could hold the manager's carrier. */
  private static void startThread(Runnable task) {
    Thread.ofPlatform().daemon().start(task);
  }
}
