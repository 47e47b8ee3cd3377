package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class EventLoopsTest {
  @Test
  void aLoopThatHangsIsLeftBehind() throws InterruptedException {
    EventLoops loops = new EventLoops(1, Duration.ofMillis(50));
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    loops
        .workers()
        .execute(
            () -> {
              hangs.countDown();
              awaitUninterruptibly(end);
            });
    assertTrue(hangs.await(30, TimeUnit.SECONDS));
    try {
      assertTimeoutPreemptively(Duration.ofSeconds(30), loops::close);
    } finally {
      end.countDown();
    }
    assertTrue(loops.workers().awaitTermination(30, TimeUnit.SECONDS));
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
