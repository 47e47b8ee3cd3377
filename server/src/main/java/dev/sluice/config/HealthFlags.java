package dev.sluice.config;

import dev.sluice.health.HealthOptions;
import dev.sluice.health.RequiredModels;
import dev.sluice.health.WedgeBounds;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Flags of what counts as healthy, and of the time before a stop. Filled in by picocli. */
final class HealthFlags {
  private static final String WEDGED_AFTER = "wedged_after_ms";

  @Option(
      names = "--required_models",
      description =
          "Models without which the server is not ready, separated by commas; or 'all', or 'none'."
              + " Without it the one of --model_base_path.")
  String requiredModels = "";

  @Option(
      names = "--wedged_after_ms",
      description =
          "How long a run may take before readiness goes off, of all models or as MODEL=MS,...; it"
              + " may always take ten times what is usual. 0: for ever.")
  String wedgedAfterMs = "4000";

  @Option(
      names = "--wedged_livez_seconds",
      description = "After how long such a run turns /livez off, too; 0: never.")
  int wedgedLivezSeconds = 300;

  @Option(
      names = "--prestop_seconds",
      description =
          "How long requests are still served before a stop, while readiness is off. Negative: not"
              + " at all after a signal, for 5 s after a call of /prestop.")
  int prestopSeconds = -1;

  /**
   * Returns what counts as healthy.
   *
   * @param byDefault the models that are required if nothing is said
   */
  HealthOptions options(RequiredModels byDefault) throws ConfigException {
    return new HealthOptions(
        bounds(),
        Duration.ofSeconds(Checks.atLeast("wedged_livez_seconds", wedgedLivezSeconds, 0)),
        required(byDefault));
  }

  private RequiredModels required(RequiredModels byDefault) {
    return switch (requiredModels.strip()) {
      case "" -> byDefault;
      case "all" -> new RequiredModels.All();
      case "none" -> new RequiredModels.None();
      default ->
          new RequiredModels.Named(
              Stream.of(requiredModels.split(",", -1))
                  .map(String::strip)
                  .filter(name -> !name.isEmpty())
                  .collect(Collectors.toUnmodifiableSet()));
    };
  }

  private WedgeBounds bounds() throws ConfigException {
    ModelNumbers millis =
        ModelNumbers.parse(
            WEDGED_AFTER,
            wedgedAfterMs,
            "milliseconds or MODEL=milliseconds",
            0,
            Integer.MAX_VALUE);
    Map<String, Duration> byModel = new HashMap<>();
    millis.byModel().forEach((model, number) -> byModel.put(model, duration(number)));
    return new WedgeBounds(
        millis.common().isEmpty()
            ? WedgeBounds.DEFAULT.common()
            : duration(millis.common().getAsDouble()),
        byModel);
  }

  private static Duration duration(double millis) {
    return Duration.ofNanos(Math.round(millis * 1e6));
  }

  /** Returns how long requests are served before a stop; empty if nothing is said. */
  Optional<Duration> prestop() {
    return prestopSeconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(prestopSeconds));
  }
}
