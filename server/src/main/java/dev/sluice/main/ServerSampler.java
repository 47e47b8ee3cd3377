package dev.sluice.main;

import dev.sluice.engine.Engine;
import dev.sluice.lifecycle.VersionState;
import dev.sluice.lifecycle.VersionStatus;
import dev.sluice.metrics.Description;
import dev.sluice.metrics.Sampled;
import dev.sluice.metrics.Sampler;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What the server is and what its models are up to, for the metrics. Thread-safe.
 *
 * @param ready whether the server wants traffic
 * @param states of all versions, by model, the highest first
 */
record ServerSampler(
    BooleanSupplier ready, Supplier<Map<String, List<VersionStatus>>> states, List<Engine> engines)
    implements Sampler {
  /** The state of a version that has ended by a failure, which the life cycle calls END, too. */
  private static final String FAILED = "failed";

  @Override
  public List<Sampled> sample() {
    return List.of(
        new Sampled(
            Description.of(
                "sluice_server_info", "Always 1; the label says which Sluice this is.", "version"),
            Sampled.Kind.GAUGE,
            List.of(Sampled.Sample.of(1, Version.current()))),
        Sampled.gauge(
            "sluice_ready", "1 while the server wants traffic.", ready.getAsBoolean() ? 1 : 0),
        new Sampled(
            Description.of(
                "sluice_model_state",
                "1 for the state that the version is in, 0 for all others. Of versions that have"
                    + " ended only a model's newest is here that failed, until a newer one is"
                    + " available.",
                "model",
                "version",
                "state"),
            Sampled.Kind.GAUGE,
            stateSamples()),
        new Sampled(
            Description.of("sluice_tensors_live", "Tensors in the engine's memory.", "engine"),
            Sampled.Kind.GAUGE,
            engines.stream()
                .map(engine -> Sampled.Sample.of(engine.liveTensors(), engine.name()))
                .toList()));
  }

  /**
   * The table has every version ever seen, and those that are gone must not pile up here. Of those
   * that failed, a model's newest matters, until one that is newer can be used.
   */
  private List<Sampled.Sample> stateSamples() {
    List<Sampled.Sample> samples = new ArrayList<>();
    for (List<VersionStatus> versions : states.get().values()) {
      boolean failures = true;
      for (VersionStatus status : versions) {
        boolean failed = hasFailed(status);
        if (failed ? failures : status.state() != VersionState.END) {
          add(samples, status.id(), failed ? FAILED : label(status.state()));
        }
        failures &= !failed && status.state() != VersionState.AVAILABLE;
      }
    }
    return samples;
  }

  private static boolean hasFailed(VersionStatus status) {
    return status.state() == VersionState.END
        && !status.health().isOk()
        && status.health().code() != Code.CANCELLED; // nobody wished for it any more
  }

  private static void add(List<Sampled.Sample> samples, ServableId id, String current) {
    for (VersionState state : VersionState.values()) {
      // Whoever has ended without a failure is not here, so that its place is the failed one's.
      String name = state == VersionState.END ? FAILED : label(state);
      samples.add(
          Sampled.Sample.of(
              name.equals(current) ? 1 : 0, id.model(), Long.toString(id.version()), name));
    }
  }

  private static String label(VersionState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
