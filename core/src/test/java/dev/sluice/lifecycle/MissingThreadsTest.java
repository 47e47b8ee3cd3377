package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.LoaderFactory;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A system that gives the process no further thread for a while must end no model. */
@Timeout(60)
class MissingThreadsTest {
  private final AtomicBoolean none = new AtomicBoolean();
  private final AtomicLong freeBytes = new AtomicLong(Long.MAX_VALUE);
  private final FakeEngine engine = new FakeEngine();
  private final ManualTimer timer = new ManualTimer();
  private final AtomicInteger failing = new AtomicInteger();
  private final StateTable states = new StateTable();
  private final Mailbox mailbox = new Mailbox("manager");
  private final Workers workers =
      new Workers(pool(), pool(), Executors.newVirtualThreadPerTaskExecutor(), pool());
  private final Conductor conductor =
      new Conductor(
          ManagerHarness.retries(5),
          new LoadAttempt.Tools(
              new LoaderFactory(List.of(engine), EngineOptions.DEFAULT),
              List.of(),
              new MemoryBudget(Long.MAX_VALUE),
              new MemoryGuard(new MemoryCheck(this::memory, 0)),
              version -> 0),
          timer,
          workers,
          mailbox,
          new ServingTable(),
          states,
          status -> {});

  /** Needs a new thread for each task. */
  private ExecutorService pool() {
    return new ThreadPoolExecutor(
        100,
        100,
        1,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        work -> {
          if (none.get()) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          return new Thread(work);
        });
  }

  private MemoryReading memory() {
    if (failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IllegalStateException("this look fails, as the test wants");
    }
    return new MemoryReading(freeBytes.get(), Long.MAX_VALUE, 0, 0);
  }

  @BeforeEach
  void start() {
    mailbox.start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    mailbox.stop();
    workers.stop();
  }

  private void aspire(long... versions) {
    mailbox.post(() -> conductor.wish(ManagerHarness.wishOf("m", "fake", versions)));
  }

  private void await(BooleanSupplier condition) throws InterruptedException {
    assertTrue(states.await(condition, ManagerHarness.PATIENCE), () -> "found " + states.all());
  }

  private boolean isIn(VersionState state) {
    VersionStatus status = states.version(ManagerHarness.id(1));
    return status != null && status.state() == state;
  }

  @Test
  void aLoadThatFindsNoThreadIsTriedAgain() throws Exception {
    none.set(true);
    aspire(1);
    await(
        () -> {
          VersionStatus status = states.version(ManagerHarness.id(1));
          return status != null && status.lastAttempt().message().contains("native thread");
        });
    flush();
    assertEquals(1, timer.waiting());
    none.set(false);
    timer.fire();
    await(() -> isIn(VersionState.AVAILABLE));
  }

  @Test
  void aVersionIsFreedWithoutAThreadOfItsOwn() throws Exception {
    aspire(1);
    await(() -> isIn(VersionState.AVAILABLE));
    none.set(true);
    aspire();
    await(() -> isIn(VersionState.END));
  }

  @Test
  void aLookThatFailsIsFollowedByOthers() throws Exception {
    engine.size(ManagerHarness.id(1), 600L << 20);
    freeBytes.set(0);
    aspire(1);
    await(() -> isIn(VersionState.END));
    failing.set(1);
    while (failing.get() > 0) { // each wish is a look
      aspire(1);
      flush();
    }
    freeBytes.set(Long.MAX_VALUE);
    while (!isIn(VersionState.AVAILABLE)) {
      aspire(1);
      flush();
    }
  }

  @Test
  void aVersionWithoutMemoryIsLookedAtAgainWhenThereAreThreads() throws Exception {
    engine.size(ManagerHarness.id(1), 600L << 20);
    freeBytes.set(0);
    aspire(1);
    await(() -> isIn(VersionState.END));
    none.set(true);
    aspire(1); // a look, which finds no thread
    flush();
    none.set(false);
    freeBytes.set(Long.MAX_VALUE);
    while (!isIn(VersionState.AVAILABLE)) { // each wish is a look
      aspire(1);
      flush();
    }
  }

  /** Returns once the manager's thread has taken everything posted so far. */
  private void flush() throws InterruptedException {
    CountDownLatch taken = new CountDownLatch(1);
    mailbox.post(taken::countDown);
    taken.await();
  }
}
