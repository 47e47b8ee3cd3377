package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.config.OverloadSettings;
import dev.sluice.lifecycle.MemoryCheck;
import dev.sluice.lifecycle.MemoryReader;
import dev.sluice.lifecycle.MemoryReading;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class MemoryPressureTest {
  private long free = 1000;

  private MemoryPressure pressure(boolean checked) {
    return new MemoryPressure(
        new OverloadSettings.Memory(checked, 300), () -> new MemoryReading(free, 2000, 0, 0));
  }

  @Test
  void whatIsLeftIsLessTheReserve() {
    try (MemoryPressure pressure = pressure(true)) {
      assertEquals(Long.MAX_VALUE, pressure.spare().left(), "nothing is known before the start");
      pressure.start();
      assertEquals(700, pressure.spare().left());
      free = 200;
      pressure.refresh();
      assertEquals(0, pressure.spare().left());
    }
  }

  @Test
  @Timeout(60)
  void aLookThatFailsIsNotTheLast() throws InterruptedException {
    CountDownLatch looks = new CountDownLatch(4);
    MemoryReader failing =
        () -> {
          looks.countDown();
          if (looks.getCount() == 2) {
            throw new OutOfMemoryError("Java heap space");
          }
          return new MemoryReading(1000, 2000, 0, 0);
        };
    try (MemoryPressure pressure =
        new MemoryPressure(new OverloadSettings.Memory(true, 300), failing)) {
      pressure.start();
      looks.await();
    }
  }

  @Test
  void withoutACheckNothingIsRead() {
    try (MemoryPressure pressure = pressure(false)) {
      pressure.start();
      assertEquals(Long.MAX_VALUE, pressure.spare().left());
      assertSame(MemoryCheck.NONE, pressure.ofLoads());
    }
  }
}
