package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServableLeaseTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final FakeServable servable = new FakeServable();
  private final ServableLease lease = new ServableLease(new ServableId("m", 1), servable);

  @Test
  void lendsAnyNumberOfTimes() {
    assertTrue(lease.tryAcquire());
    assertTrue(lease.tryAcquire());
    assertEquals(2, lease.lent());
    lease.release();
    assertEquals(1, lease.lent());
  }

  @Test
  void drainOfAnIdleLeaseEndsAtOnceAndLendsNoMore() throws InterruptedException {
    assertTrue(lease.drain(Duration.ZERO));
    assertFalse(lease.tryAcquire());
    assertEquals(0, lease.lent());
  }

  @Test
  void drainThatRunsOutMayBeRepeated() throws InterruptedException {
    assertTrue(lease.tryAcquire());
    assertFalse(lease.drain(Duration.ZERO));
    assertFalse(lease.tryAcquire(), "drainRefusesNewLoans");
    lease.release();
    assertTrue(lease.drain(Duration.ZERO));
  }

  @Test
  void lastReleaseEndsTheDrain() throws Exception {
    assertTrue(lease.tryAcquire());
    assertTrue(lease.tryAcquire());
    CompletableFuture<Boolean> drained = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                drained.complete(lease.drain(LONG));
              } catch (InterruptedException e) {
                drained.completeExceptionally(e);
              }
            });
    lease.release();
    lease.release();
    assertTrue(drained.get());
  }

  @Test
  void releaseWithoutAcquireIsABug() {
    assertThrows(IllegalStateException.class, lease::release);
  }

  @Test
  void nobodyHoldsADrainedServable() throws Exception {
    for (int round = 0; round < 200; round++) {
      ServableLease contended = new ServableLease(new ServableId("m", round), new FakeServable());
      FakeServable lent = (FakeServable) contended.servable();
      CountDownLatch go = new CountDownLatch(1);
      List<CompletableFuture<Void>> borrowers = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        borrowers.add(CompletableFuture.runAsync(() -> borrow(contended, lent, go)));
      }
      go.countDown();
      assertTrue(contended.drain(LONG));
      lent.close();
      lent.unload();
      for (CompletableFuture<Void> borrower : borrowers) {
        borrower.get();
      }
    }
  }

  private static void borrow(ServableLease lease, FakeServable lent, CountDownLatch go) {
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    while (lease.tryAcquire()) {
      if (!lent.isUsable()) {
        throw new AssertionError("lent after it was freed");
      }
      lease.release();
    }
  }
}
