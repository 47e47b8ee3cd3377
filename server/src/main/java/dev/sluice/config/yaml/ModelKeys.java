package dev.sluice.config.yaml;

import dev.sluice.engine.EngineThreads;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The keys of a model: one table for who reads them and for the schema. Those that the {@code
 * sluice.yaml} in a model's folder has too are called the same there.
 */
final class ModelKeys {
  static final String NAME = "name";
  static final String BASE_PATH = "base_path";
  static final String PLATFORM = "platform";
  static final String VERSIONS = "versions";
  static final String LATEST = "latest";
  static final String ALL = "all";
  static final String LABELS = "labels";
  static final String WEIGHT = "weight";
  static final String BATCHING = "batching";
  static final String ENABLED = "enabled";
  static final String MAX_BATCH_SIZE = "max_batch_size";
  static final String OBJECTIVE = "latency_objective_ms";
  static final String THREADS = "threads";
  static final String LANES = "lanes";
  static final String INTRA_OP = "intra_op";
  static final String INTER_OP = "inter_op";

  /** What a value is. */
  sealed interface Kind {
    record Text() implements Kind {}

    record Truth() implements Kind {}

    record Whole(int least) implements Kind {}

    record Real(double least, double most) implements Kind {}

    /** {@code all}, a list of numbers, or {@code {latest: N}}. */
    record Versions() implements Kind {}

    /** Versions by label. */
    record Labels() implements Kind {}

    record Section(List<Key> keys) implements Kind {}
  }

  /** One key. */
  record Key(String name, Kind kind, String description) {}

  static final List<Key> OF_BATCHING =
      List.of(
          new Key(ENABLED, new Kind.Truth(), "false: its requests never share a run."),
          new Key(
              MAX_BATCH_SIZE,
              new Kind.Whole(1),
              "Rows that requests may share a run with; a single request may have more."),
          new Key(
              OBJECTIVE,
              new Kind.Real(0, Integer.MAX_VALUE),
              "Within what time answers are wanted; what would be late is refused. 0: none."));

  static final List<Key> OF_THREADS =
      List.of(
          new Key(LANES, new Kind.Whole(1), "Runs of a version at once."),
          new Key(INTRA_OP, new Kind.Whole(0), "Within an operation; 0: the engine chooses."),
          new Key(
              INTER_OP,
              new Kind.Whole(-1),
              "Across operations; 0: the engine chooses, -1: the calling thread."));

  /** Those of a model in a mapping of models; in a list it also has its name. */
  static final List<Key> OF_MODEL =
      List.of(
          new Key(
              BASE_PATH,
              new Kind.Text(),
              "The directory with the model's versions, or the model itself; absolute."),
          new Key(PLATFORM, new Kind.Text(), "Which engine reads it; without it the files tell."),
          new Key(
              VERSIONS,
              new Kind.Versions(),
              "Which versions are served: all, a list, or {latest: N}. Default: {latest: 1}."),
          new Key(LABELS, new Kind.Labels(), "Names for versions."),
          new Key(
              WEIGHT,
              new Kind.Real(EngineThreads.LEAST_WEIGHT, EngineThreads.MOST_WEIGHT),
              "Its share of the cores when models want more than there is. Default: 1."),
          new Key(BATCHING, new Kind.Section(OF_BATCHING), "How its requests share runs."),
          new Key(THREADS, new Kind.Section(OF_THREADS), "Its numbers of threads."));

  private ModelKeys() {}

  static Set<String> names(List<Key> keys) {
    Set<String> names = new TreeSet<>();
    keys.forEach(key -> names.add(key.name()));
    return names;
  }

  /** Returns the key of a name among those of a table that has it. */
  static Key key(List<Key> keys, String name) {
    return keys.stream().filter(key -> key.name().equals(name)).findFirst().orElseThrow();
  }
}
