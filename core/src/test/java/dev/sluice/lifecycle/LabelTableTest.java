package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LabelTableTest {
  private final StateTable states = new StateTable();
  private final LabelTable labels = new LabelTable(states);

  @BeforeEach
  void twoVersionsServeAndOneHasEnded() {
    put(1, VersionState.AVAILABLE);
    put(2, VersionState.AVAILABLE);
    put(3, VersionState.END);
  }

  private void put(long version, VersionState state) {
    states.put(new VersionStatus(new ServableId("m", version), state, Health.OK, Health.OK));
  }

  private static Map<String, Map<String, Long>> of(Map<String, Long> ofModel) {
    return Map.of("m", ofModel);
  }

  private void refused(Map<String, Long> ofModel, boolean allowUnavailable, long version) {
    ServingException failure =
        assertThrows(ServingException.class, () -> labels.replace(of(ofModel), allowUnavailable));
    assertEquals(Code.FAILED_PRECONDITION, failure.code());
    assertEquals(
        "Request to assign label to version "
            + version
            + " of model m, which is not currently available for inference",
        failure.text());
  }

  @Test
  void replacementTakesAllOldLabelsAway() throws ServingException {
    labels.replace(of(Map.of("stable", 1L, "canary", 2L)), false);
    assertEquals(OptionalLong.of(2), labels.labelled("m", "canary"));
    labels.replace(of(Map.of("stable", 2L)), false);
    assertEquals(OptionalLong.of(2), labels.labelled("m", "stable"));
    assertEquals(OptionalLong.empty(), labels.labelled("m", "canary"));
    assertEquals(OptionalLong.empty(), labels.labelled("other", "stable"));
  }

  @Test
  void unavailableVersionIsRefusedAndNothingChanges() throws ServingException {
    labels.replace(of(Map.of("stable", 1L)), false);
    refused(Map.of("stable", 3L), false, 3);
    refused(Map.of("stable", 999L), false, 999);
    assertEquals(OptionalLong.of(1), labels.labelled("m", "stable"));
  }

  @Test
  void newLabelMayPointToAnUnavailableVersionIfAllowed() throws ServingException {
    labels.replace(of(Map.of("stable", 1L, "future", 10L)), true);
    assertEquals(OptionalLong.of(10), labels.labelled("m", "future"));
    labels.replace(of(Map.of("stable", 2L, "future", 10L)), true);
    refused(Map.of("stable", 10L), true, 10);
    assertEquals(OptionalLong.of(2), labels.labelled("m", "stable"));
  }
}
