package dev.sluice.config;

import dev.sluice.engine.EngineOptions;
import dev.sluice.health.HealthOptions;
import dev.sluice.lifecycle.ManagerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the operator wants, checked: the flags of the command line in the units of the program.
 *
 * @param monitoring whether and where metrics are served (config.md §6)
 * @param telemetry what is told of requests to traces and logs
 */
public record ServerSettings(
    Grpc grpc,
    Rest rest,
    Models models,
    ManagerOptions manager,
    EngineOptions engine,
    Warmup warmup,
    Batching batching,
    Answers answers,
    Limits limits,
    OverloadSettings overload,
    Health health,
    MonitoringConfig monitoring,
    TelemetrySettings telemetry,
    SecuritySettings security) {

  /**
   * The gRPC listeners.
   *
   * @param port the TCP port; 0 opens none
   * @param socketPath a Unix socket to listen on
   * @param channelArguments see grpc.md §1
   * @param maxThreads 0 lets the server choose
   * @param healthService true if the standard health service is offered
   * @param tls how calls are encrypted; empty: as all ports are, or not at all
   */
  public record Grpc(
      int port,
      Optional<Path> socketPath,
      ChannelArguments channelArguments,
      int maxThreads,
      boolean healthService,
      Optional<TlsSource> tls) {}

  /**
   * The HTTP listener.
   *
   * @param port 0 opens none
   * @param threads 0 lets the server choose
   * @param timeout of one request
   * @param cors true if requests from other origins are answered
   * @param console true if there is a page to look at
   */
  public record Rest(int port, int threads, Duration timeout, boolean cors, boolean console) {}

  /**
   * Which models are served, and how changes are noticed.
   *
   * @param origin where the models are listed
   * @param configPollPeriod time between looks at a configuration file; empty: never looks again
   * @param versionPollPeriod time between looks for versions; zero looks once, negative never
   * @param labelsForUnavailable true if labels may point to versions that are not loaded yet
   * @param byReference true if models are listed by the reference's rules: a platform is named, and
   *     versions have directories of their own
   */
  public record Models(
      Origin origin,
      Optional<Duration> configPollPeriod,
      Duration versionPollPeriod,
      boolean labelsForUnavailable,
      boolean byReference) {}

  /** Where the models are listed. */
  public sealed interface Origin {
    /** In a ModelServerConfig file. */
    record ConfigFile(Path file) implements Origin {}

    /** In a YAML file that also has the settings. */
    record YamlFile(Path file) implements Origin {}

    /** On the command line, one model. */
    record Single(ModelEntry model) implements Origin {}

    /** In directories, each of whose sub-directories is a model. */
    record Repository(List<Path> roots) implements Origin {
      public Repository {
        roots = List.copyOf(roots);
      }
    }
  }

  /**
   * Warm-up (config.md §9).
   *
   * @param iterations how often each record is replayed; 0: once
   */
  public record Warmup(boolean enabled, int iterations) {}

  /**
   * Batching (config.md §8).
   *
   * @param parameters of all models that have none of their own
   * @param perModel true if version directories hold parameters of their own, and a version without
   *     them is not batched
   */
  public record Batching(BatchingMode mode, BatchingParameters parameters, boolean perModel) {}

  /** What answers look like (grpc.md). */
  public record Answers(boolean checkMethodName, boolean asTensorContent) {}

  /**
   * When the server should get traffic.
   *
   * @param options what counts as healthy
   * @param prestop how long requests are served before a stop while readiness is off; empty: as
   *     suits whoever stops it
   */
  public record Health(HealthOptions options, Optional<Duration> prestop) {}

  /**
   * Bounds that the reference does not have.
   *
   * @param drain how long a stop waits for running requests
   * @param maxConcurrentRequests how many requests may be inside at once
   * @param lanesPerModel engine threads of each version
   * @param laneQueueCapacity how many runs may wait for each version
   * @param objectives within what time answers are wanted
   * @param weights how models share the cores
   * @param unbatchedModels whose requests never share a run
   */
  public record Limits(
      Duration drain,
      int maxConcurrentRequests,
      int lanesPerModel,
      int laneQueueCapacity,
      LatencyObjectives objectives,
      ModelWeights weights,
      Set<String> unbatchedModels) {
    /**
     * Returns a line for each model that a flag names and that is not configured: a slip of the
     * pen, if it does not come with a later configuration.
     */
    public List<String> warnings(ModelsConfig models) {
      return Stream.concat(
              unknown("latency_objective_ms", objectives.byModel().keySet(), models),
              Stream.concat(
                  unknown("model_weights", weights.byModel().keySet(), models),
                  unknown("unbatched_models", unbatchedModels, models)))
          .toList();
    }

    private static Stream<String> unknown(String flag, Set<String> named, ModelsConfig models) {
      return named.stream()
          .filter(name -> models.model(name).isEmpty())
          .sorted()
          .map(name -> "--%s: no model '%s' is configured".formatted(flag, name));
    }
  }
}
