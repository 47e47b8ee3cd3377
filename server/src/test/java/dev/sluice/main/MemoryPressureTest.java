package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.config.OverloadSettings;
import dev.sluice.lifecycle.MemoryCheck;
import dev.sluice.lifecycle.MemoryReading;
import org.junit.jupiter.api.Test;

final class MemoryPressureTest {
  private long free = 1000;

  private MemoryPressure pressure(boolean checked) {
    return new MemoryPressure(
        new OverloadSettings.Memory(checked, 300), () -> new MemoryReading(free, 2000, 0, 0));
  }

  @Test
  void whatIsLeftIsLessTheReserve() {
    try (MemoryPressure pressure = pressure(true)) {
      assertEquals(Long.MAX_VALUE, pressure.left(), "before the start nothing is known");
      pressure.start();
      assertEquals(700, pressure.left());
      free = 200;
      pressure.refresh();
      assertEquals(0, pressure.left());
    }
  }

  @Test
  void withoutACheckNothingIsRead() {
    try (MemoryPressure pressure = pressure(false)) {
      pressure.start();
      assertEquals(Long.MAX_VALUE, pressure.left());
      assertSame(MemoryCheck.NONE, pressure.ofLoads());
    }
  }
}
