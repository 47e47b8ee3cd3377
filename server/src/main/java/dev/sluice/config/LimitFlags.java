package dev.sluice.config;

import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Flags that the reference does not have. Filled in by picocli. */
final class LimitFlags {
  @Option(names = "--drain_seconds", description = "How long a stop waits for running requests.")
  int drainSeconds = 30;

  @Option(
      names = "--max_concurrent_requests",
      description = "How many requests may be inside at once; more are refused.")
  int maxConcurrentRequests = 10_000;

  @Option(
      names = "--lanes_per_model",
      description = "Engine threads of each version; 0: one for each CPU.")
  int lanesPerModel;

  @Option(
      names = "--lane_queue_capacity",
      description = "How many runs may wait for each version; more are refused.")
  int laneQueueCapacity = 4096;

  @Option(
      names = "--latency_objective_ms",
      description =
          "Within what time answers are wanted, of all models or as MODEL=MS,...; requests that"
              + " cannot be answered so soon are refused. 0, or no value: none is refused for that.")
  String latencyObjectiveMs = "";

  @Option(
      names = "--model_weights",
      description =
          "How models share the cores when they want more than there is, as MODEL=WEIGHT,...; a"
              + " model that is not named has 1.")
  String modelWeights = "";

  @Option(
      names = "--unbatched_models",
      description = "Models whose requests never share a run, separated by commas.")
  String unbatchedModels = "";

  ServerSettings.Limits limits(int cpus) throws ConfigException {
    int lanes = Checks.atLeast("lanes_per_model", lanesPerModel, 0);
    return new ServerSettings.Limits(
        Duration.ofSeconds(Checks.atLeast("drain_seconds", drainSeconds, 0)),
        Checks.atLeast("max_concurrent_requests", maxConcurrentRequests, 1),
        lanes == 0 ? cpus : lanes,
        Checks.atLeast("lane_queue_capacity", laneQueueCapacity, 1),
        LatencyObjectives.parse(latencyObjectiveMs),
        ModelWeights.parse(modelWeights),
        Stream.of(unbatchedModels.split(",", -1))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet()));
  }
}
