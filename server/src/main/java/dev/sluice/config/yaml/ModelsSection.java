package dev.sluice.config.yaml;

import dev.sluice.engine.ModelSettings;
import dev.sluice.protos.serving.FileSystemStoragePathSourceConfig.ServableVersionPolicy;
import dev.sluice.protos.serving.ModelConfig;
import dev.sluice.servable.ServingException;
import dev.sluice.source.BasePaths;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads {@code models}: a mapping by name, or a list whose items have names. Weights go to the flag
 * of weights, since the cores are shared out once.
 */
final class ModelsSection {
  static final String KEY = "models";

  private static final String WEIGHTS = "--model_weights";
  private static final String EXPECTED_VERSIONS = "all, a list of numbers, or {latest: N}";
  private static final Set<String> KEYS = ModelKeys.names(ModelKeys.OF_MODEL);

  private final YamlReader reader;
  private final FlagSection flags;
  private final Map<String, FileModel> models = new LinkedHashMap<>();

  /** As pairs for the flag, with their places. */
  private final Map<String, YamlEntry> weights = new LinkedHashMap<>();

  ModelsSection(YamlReader reader, FlagSection flags) {
    this.reader = reader;
    this.flags = flags;
  }

  /** Returns the models in their order. */
  List<FileModel> read(YamlEntry section) {
    switch (section.value()) {
      case MappingNode _ -> {
        for (YamlEntry model : reader.entries(section.name(), section.value())) {
          add(
              model.text(),
              model.key(),
              reader.entries(model.name(), model.value(), KEYS),
              model.name());
        }
      }
      case SequenceNode list -> readList(section, list);
      default -> reader.expected(section.name(), section.value(), "a mapping or a list");
    }
    return List.copyOf(models.values());
  }

  /** Adds the weights to those that the file lists as a flag, after it has been read. */
  void addWeights() {
    weights.forEach((pair, entry) -> flags.addPair(WEIGHTS, pair, entry));
  }

  private void readList(YamlEntry section, SequenceNode list) {
    Set<String> keys = new TreeSet<>(KEYS);
    keys.add(ModelKeys.NAME);
    int index = 0;
    for (Node item : list.getValue()) {
      String prefix = "%s[%d]".formatted(section.name(), index++);
      Map<String, YamlEntry> entries = reader.entries(prefix, item, keys);
      YamlEntry name = entries.get(ModelKeys.NAME);
      if (name != null) {
        reader
            .text(name.name(), name.value(), "a name")
            .ifPresent(text -> add(text, name.value(), entries, prefix));
      } else if (item instanceof MappingNode) {
        reader.mistakes().add(item, prefix + ".name: expected a name, found no such key");
      }
    }
  }

  private void add(String name, Node place, Map<String, YamlEntry> entries, String prefix) {
    ModelConfig.Builder config = ModelConfig.newBuilder().setName(name);
    readBasePath(prefix, place, entries.get(ModelKeys.BASE_PATH), config);
    YamlEntry platform = entries.get(ModelKeys.PLATFORM);
    if (platform != null) {
      reader.text(platform.name(), platform.value(), "a text").ifPresent(config::setModelPlatform);
    }
    YamlEntry versions = entries.get(ModelKeys.VERSIONS);
    if (versions != null) {
      versions(versions).ifPresent(config::setModelVersionPolicy);
    }
    YamlEntry labels = entries.get(ModelKeys.LABELS);
    if (labels != null) {
      for (YamlEntry label : reader.entries(labels.name(), labels.value())) {
        reader
            .whole(label.name(), label.value(), Long.MIN_VALUE, Long.MAX_VALUE)
            .ifPresent(version -> config.putVersionLabels(label.text(), version));
      }
    }
    YamlEntry weight = entries.get(ModelKeys.WEIGHT);
    if (weight != null) {
      readWeight(name, weight);
    }
    FileModel model =
        new FileModel(
            config.build(), own(entries), place, platform == null ? place : platform.value());
    if (models.putIfAbsent(name, model) != null) {
      reader.mistakes().add(place, "%s: another model is called %s, too".formatted(prefix, name));
    }
  }

  private void readBasePath(
      String prefix, Node place, @Nullable YamlEntry entry, ModelConfig.Builder config) {
    if (entry == null) {
      reader
          .mistakes()
          .add(place, prefix + ".base_path: expected an absolute path, found no such key");
      return;
    }
    Optional<String> path = reader.text(entry.name(), entry.value(), "an absolute path");
    if (path.isEmpty()) {
      return;
    }
    try {
      var _ = BasePaths.parse(config.getName(), path.get());
      config.setBasePath(path.get());
    } catch (ServingException e) {
      reader.mistakes().add(entry.value(), entry.name() + ": " + e.text());
    }
  }

  private Optional<ServableVersionPolicy> versions(YamlEntry entry) {
    ServableVersionPolicy.Builder policy = ServableVersionPolicy.newBuilder();
    return switch (entry.value()) {
      case ScalarNode _ ->
          isAll(entry)
              ? Optional.of(policy.setAll(ServableVersionPolicy.All.getDefaultInstance()).build())
              : Optional.empty();
      case SequenceNode list -> Optional.of(policy.setSpecific(specific(entry, list)).build());
      default -> latest(entry).map(count -> policy.setLatest(count).build());
    };
  }

  private boolean isAll(YamlEntry entry) {
    Optional<String> text = reader.text(entry.name(), entry.value(), EXPECTED_VERSIONS);
    if (text.isPresent() && !text.get().equals(ModelKeys.ALL)) {
      reader.expected(entry.name(), entry.value(), EXPECTED_VERSIONS);
      return false;
    }
    return text.isPresent();
  }

  private ServableVersionPolicy.Specific specific(YamlEntry entry, SequenceNode list) {
    ServableVersionPolicy.Specific.Builder versions = ServableVersionPolicy.Specific.newBuilder();
    int index = 0;
    for (Node item : list.getValue()) {
      reader
          .whole("%s[%d]".formatted(entry.name(), index++), item, Long.MIN_VALUE, Long.MAX_VALUE)
          .ifPresent(versions::addVersions);
    }
    return versions.build();
  }

  private Optional<ServableVersionPolicy.Latest> latest(YamlEntry entry) {
    YamlEntry latest =
        reader.entries(entry.name(), entry.value(), Set.of(ModelKeys.LATEST)).get(ModelKeys.LATEST);
    OptionalInt count = latest == null ? OptionalInt.empty() : reader.whole(latest, 1);
    return count.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ServableVersionPolicy.Latest.newBuilder().setNumVersions(count.getAsInt()).build());
  }

  private void readWeight(String model, YamlEntry entry) {
    ModelKeys.Kind.Real kind =
        (ModelKeys.Kind.Real) ModelKeys.key(ModelKeys.OF_MODEL, ModelKeys.WEIGHT).kind();
    OptionalDouble weight =
        reader.number(
            entry,
            kind.least(),
            kind.most(),
            "a number from %s to %s".formatted(kind.least(), kind.most()));
    if (weight.isEmpty()) {
      return;
    }
    if (model.contains(",")) {
      reader
          .mistakes()
          .add(entry.key(), entry.name() + ": a model whose name has a comma cannot have a weight");
      return;
    }
    weights.put(model + "=" + weight.getAsDouble(), entry);
  }

  private ModelSettings own(Map<String, YamlEntry> entries) {
    Map<String, YamlEntry> batching = section(entries, ModelKeys.BATCHING, ModelKeys.OF_BATCHING);
    Map<String, YamlEntry> threads = section(entries, ModelKeys.THREADS, ModelKeys.OF_THREADS);
    ModelSettings.Batching merging =
        new ModelSettings.Batching(
            entry(batching, ModelKeys.ENABLED).flatMap(reader::truth),
            whole(batching, ModelKeys.OF_BATCHING, ModelKeys.MAX_BATCH_SIZE),
            entry(batching, ModelKeys.OBJECTIVE).flatMap(this::objective));
    ModelSettings.Threads numbers =
        new ModelSettings.Threads(
            whole(threads, ModelKeys.OF_THREADS, ModelKeys.INTRA_OP),
            whole(threads, ModelKeys.OF_THREADS, ModelKeys.INTER_OP),
            whole(threads, ModelKeys.OF_THREADS, ModelKeys.LANES));
    return new ModelSettings("", "", Map.of(), numbers, merging);
  }

  private Map<String, YamlEntry> section(
      Map<String, YamlEntry> entries, String key, List<ModelKeys.Key> keys) {
    return entry(entries, key)
        .map(found -> reader.entries(found.name(), found.value(), ModelKeys.names(keys)))
        .orElseGet(HashMap::new);
  }

  private OptionalInt whole(Map<String, YamlEntry> entries, List<ModelKeys.Key> keys, String key) {
    YamlEntry entry = entries.get(key);
    return entry == null
        ? OptionalInt.empty()
        : reader.whole(entry, ((ModelKeys.Kind.Whole) ModelKeys.key(keys, key).kind()).least());
  }

  private Optional<Duration> objective(YamlEntry entry) {
    OptionalDouble millis =
        reader.number(entry, 0, Integer.MAX_VALUE, "a number of milliseconds of at least 0");
    return millis.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(Math.round(millis.getAsDouble() * 1e6)));
  }

  private static Optional<YamlEntry> entry(Map<String, YamlEntry> entries, String key) {
    return Optional.ofNullable(entries.get(key));
  }
}
