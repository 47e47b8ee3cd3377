package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ModelVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PhaseTest {
  @Test
  void publicStateNeverMovesBackward() {
    for (Phase from : Phase.values()) {
      for (Phase to : Phase.values()) {
        if (from.mayBecome(to)) {
          assertTrue(from.state().compareTo(to.state()) <= 0, from + " to " + to);
        }
      }
    }
  }

  @Test
  void endIsFinal() {
    for (Phase to : Phase.values()) {
      assertFalse(Phase.DISABLED.mayBecome(to));
      assertFalse(Phase.ERROR.mayBecome(to));
    }
  }

  @Test
  void illegalTransitionIsABug() {
    ManagedVersion version =
        new ManagedVersion(new ModelVersion(ManagerHarness.id(1), "fake", Path.of("/m/1")));
    assertEquals(
        "Illegal request to transition from state NEW to READY: {name: m version: 1}",
        assertThrows(IllegalStateException.class, () -> version.become(Phase.READY)).getMessage());
    assertEquals(Phase.NEW, version.phase());
  }

  @Test
  void statesHaveTheWiresNumbers() {
    int number = 10;
    for (VersionState state : VersionState.values()) {
      assertEquals(number, state.number());
      number += 10;
    }
  }
}
