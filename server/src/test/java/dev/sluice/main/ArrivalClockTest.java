package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ArrivalClockTest {
  private static final long MILLI = 1_000_000;

  private final AtomicLong now = new AtomicLong(1000 * MILLI);

  /** Looks for as long as it is told, and then works as long. */
  private final class Handler implements IoHandler {
    private long looks;
    private long works;
    private long arrived;

    @Override
    public int run(IoHandlerContext context) {
      now.addAndGet(looks);
      assertTrue(!context.shouldReportActiveIoTime());
      arrived = ArrivalClock.arrived();
      now.addAndGet(works);
      return 0;
    }

    @Override
    public IoRegistration register(IoHandle handle) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void wakeup() {}

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return true;
    }
  }

  private static final class NeverBlocks implements IoHandlerContext {
    @Override
    public boolean canBlock() {
      return false;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return 0;
    }

    @Override
    public long deadlineNanos() {
      return 0;
    }
  }

  @Test
  void whatIsFoundAtOnceMayHaveComeSinceTheLastLook() {
    Handler handler = new Handler();
    ArrivalClock clock = new ArrivalClock(handler, now::get);
    clock.initialize();
    handler.looks = 5 * MILLI;
    handler.works = 3 * MILLI;
    clock.run(new NeverBlocks());
    long firstLook = now.get() - 3 * MILLI;
    assertEquals(firstLook, handler.arrived, "it woke the loop");
    now.addAndGet(2 * MILLI); // what was read brought
    handler.looks = 1000;
    clock.run(new NeverBlocks());
    assertEquals(firstLook, handler.arrived, "while the loop worked");
    handler.looks = MILLI;
    clock.run(new NeverBlocks());
    assertEquals(now.get() - 3 * MILLI, handler.arrived, "it woke the loop again");
  }

  /** By the loops as they are made: the handler's questions come when they should. */
  @Test
  void aLoopThatSleptWasWokenByWhatArrived() throws InterruptedException {
    EventLoops loops = new EventLoops(1, Duration.ofSeconds(30));
    AtomicLong slept = new AtomicLong();
    AtomicLong arrived = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    loops
        .workers()
        .execute(
            () -> {
              slept.set(System.nanoTime());
              var _ =
                  loops
                      .workers()
                      .next()
                      .schedule(
                          () -> {
                            arrived.set(loops.arrived());
                            done.countDown();
                          },
                          200,
                          TimeUnit.MILLISECONDS);
            });
    assertTrue(done.await(30, TimeUnit.SECONDS));
    loops.close();
    assertTrue(arrived.get() - slept.get() > 0, "as if it had never slept");
  }
}
