package dev.sluice.engine.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.EngineOptions;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SessionConfigTest {
  private static final int PROCESSORS = 6;

  private static SessionConfig config(int intraOp, int interOp, long modelBytes) {
    return SessionConfig.of(new EngineOptions(Set.of(), intraOp, interOp), modelBytes, PROCESSORS);
  }

  @Test
  void smallModelRunsOnItsCaller() {
    assertEquals(new SessionConfig(1, 1), config(0, 0, 1000));
    assertTrue(config(0, 0, 1000).runsOnCaller());
  }

  @Test
  void largeModelMayUseAllProcessorsForOneOperation() {
    assertEquals(new SessionConfig(PROCESSORS, 1), config(0, 0, 100 << 20));
    assertFalse(config(0, 0, 100 << 20).runsOnCaller());
  }

  @Test
  void operatorsChoiceStays() {
    assertEquals(new SessionConfig(3, 2), config(3, 2, 1000));
    assertEquals(new SessionConfig(3, 1), config(3, -1, 1000));
    assertEquals(new SessionConfig(1, 1), config(1, 0, 100 << 20));
  }
}
