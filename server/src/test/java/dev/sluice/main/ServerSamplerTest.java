package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.lifecycle.Health;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.Sampled;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ServerSamplerTest {
  private static final Health BROKEN = new Health(Code.DATA_LOSS, "broken");
  private static final Health UNWANTED = new Health(Code.CANCELLED, "not wished for any more");

  private final Map<String, List<VersionStatus>> states = new TreeMap<>();
  private boolean ready;
  private final ServerSampler sampler = new ServerSampler(() -> ready, () -> states, List.of());

  private void model(String name, VersionStatus... highestFirst) {
    states.put(name, List.of(highestFirst));
  }

  private static VersionStatus status(long version, VersionState state, Health health) {
    return new VersionStatus(new ServableId("m", version), state, health, health);
  }

  private Sampled family(String name) {
    return sampler.sample().stream()
        .filter(family -> family.about().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Returns {@code model version state} of each series that is 1. */
  private List<String> current() {
    List<String> current = new ArrayList<>();
    for (Sampled.Sample sample : family("sluice_model_state").samples()) {
      if (sample.value() == 1) {
        current.add(String.join(" ", sample.labels()));
      }
    }
    return current;
  }

  @Test
  void everyVersionIsInOneOfItsStates() {
    model(
        "m",
        status(4, VersionState.LOADING, Health.OK),
        status(3, VersionState.AVAILABLE, Health.OK),
        status(2, VersionState.UNLOADING, Health.OK),
        status(1, VersionState.END, Health.OK));
    assertEquals(List.of("m 4 loading", "m 3 available", "m 2 unloading"), current());
    assertEquals(3 * 5, family("sluice_model_state").samples().size());
  }

  @Test
  void theNewestFailureIsThereUntilSomethingNewerWorks() {
    model(
        "m",
        status(5, VersionState.END, BROKEN),
        status(4, VersionState.END, BROKEN),
        status(3, VersionState.AVAILABLE, Health.OK),
        status(2, VersionState.END, BROKEN),
        status(1, VersionState.END, UNWANTED));
    assertEquals(List.of("m 5 failed", "m 3 available"), current());
    model("m", status(6, VersionState.AVAILABLE, Health.OK), status(5, VersionState.END, BROKEN));
    assertEquals(List.of("m 6 available"), current());
  }

  @Test
  void theServerSaysWhatItIsAndWhetherItIsReady() {
    assertEquals(
        List.of(Sampled.Sample.of(1, Version.current())), family("sluice_server_info").samples());
    assertEquals(0, family("sluice_ready").samples().getFirst().value());
    ready = true;
    assertEquals(1, family("sluice_ready").samples().getFirst().value());
  }
}
