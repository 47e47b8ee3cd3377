package dev.sluice.config.yaml;

import dev.sluice.config.ConfigException;
import dev.sluice.config.FileValues;
import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.config.MonitoringConfig;
import dev.sluice.engine.ModelSettings;
import dev.sluice.protos.serving.BatchingParameters;
import dev.sluice.protos.serving.ModelConfigList;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A file of all settings, read and checked as far as it can be without engines. */
final class ServerFile {
  static final String REPOSITORIES = "repositories";

  /** Flags that say which models there are; a file that lists models has none of them. */
  private static final List<String> OTHER_LISTS =
      List.of("--model_base_path", "--model_config_file", "--model_repository");

  private final Path file;
  private final String text;
  private final YamlReader reader;
  private final FlagKeys keys;
  private final FlagSection flags;
  private Optional<BatchingParameters> batching = Optional.empty();
  private Optional<MonitoringConfig> monitoring = Optional.empty();
  private List<FileModel> models = List.of();
  private List<Path> repositories = List.of();

  /** Where the first of the two lists of models is; null if there is none. */
  private @Nullable YamlEntry list;

  private ServerFile(
      Path file, String text, Function<String, @Nullable String> environment, FlagKeys keys) {
    this.file = file;
    this.text = text;
    this.keys = keys;
    this.reader = new YamlReader(new Mistakes(file, text), new Substitution(environment));
    this.flags = new FlagSection(reader);
  }

  /**
   * Returns a file's text.
   *
   * @throws ConfigException if it cannot be read
   */
  static String textOf(Path file) throws ConfigException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw ConfigException.invalid(
          "%s: expected a file of settings, found no such file (--config)".formatted(file));
    } catch (MalformedInputException e) {
      throw ConfigException.invalid(file + ": expected UTF-8 text, found other bytes");
    } catch (IOException e) {
      throw ConfigException.invalid("%s: cannot be read: %s".formatted(file, e));
    }
  }

  /**
   * Reads a file's text.
   *
   * @param environment the variables that values may name
   * @throws ConfigException with all that is wrong in it
   */
  static ServerFile read(Path file, String text, Function<String, @Nullable String> environment)
      throws ConfigException {
    ServerFile read = new ServerFile(file, text, environment, FlagKeys.ofServer());
    Optional<Node> root = read.compose();
    if (root.isPresent() && !YamlReader.isNothing(root.get())) {
      read.read(root.get());
    }
    read.reader.mistakes().refuse();
    return read;
  }

  private Optional<Node> compose() throws ConfigException {
    try {
      return new Compose(LoadSettings.builder().setLabel(file.toString()).build())
          .composeString(text);
    } catch (MarkedYamlEngineException e) {
      reader.mistakes().add(e.getProblemMark(), String.valueOf(e.getProblem()));
    } catch (YamlEngineException e) {
      reader.mistakes().add(Optional.empty(), String.valueOf(e.getMessage()));
    }
    reader.mistakes().refuse();
    return Optional.empty();
  }

  private void read(Node root) {
    YamlEntry parameters = null;
    ModelsSection named = new ModelsSection(reader, flags);
    for (YamlEntry entry : reader.entries("", root)) {
      switch (entry.text()) {
        case BatchingSection.KEY -> {
          batching = new BatchingSection(reader, flags, keys).read(entry);
          parameters = batching.isPresent() ? entry : null;
        }
        case MonitoringSection.KEY ->
            monitoring = new MonitoringSection(reader, flags, keys).read(entry);
        case ModelsSection.KEY -> {
          list = list == null ? entry : list;
          models = named.read(entry);
        }
        case REPOSITORIES -> {
          list = list == null ? entry : list;
          repositories = repositories(entry);
        }
        default -> readFlag(entry);
      }
    }
    if (parameters != null) {
      new BatchingSection(reader, flags, keys).requireMode(parameters);
    }
    named.addWeights();
    refuseOtherLists();
  }

  private void readFlag(YamlEntry entry) {
    String key = entry.text().replace('-', '_');
    Map<String, FlagKeys.Flag> group = keys.group(key);
    Optional<FlagKeys.Flag> flag = keys.flag(key);
    if (!group.isEmpty() && (flag.isEmpty() || !(entry.value() instanceof ScalarNode))) {
      flags.group(entry, group);
    } else if (flag.isPresent()) {
      flags.flag(entry, flag.get());
    } else {
      Set<String> known = new TreeSet<>(keys.keys());
      known.addAll(sections());
      reader.unknown(entry, known);
    }
  }

  /** The keys that are no flags and no groups of them. */
  static Set<String> sections() {
    return Set.of(BatchingSection.KEY, MonitoringSection.KEY, ModelsSection.KEY, REPOSITORIES);
  }

  private List<Path> repositories(YamlEntry entry) {
    List<Path> roots = new ArrayList<>();
    for (Node item : reader.items(entry)) {
      String name = "%s[%d]".formatted(entry.name(), roots.size());
      String expected = "a local directory of models";
      Optional<String> root = reader.text(name, item, expected);
      try {
        if (root.isPresent() && !root.get().isBlank() && !root.get().contains("://")) {
          roots.add(Path.of(root.get()).toAbsolutePath().normalize());
        } else if (root.isPresent()) {
          reader.expected(name, item, expected);
        }
      } catch (InvalidPathException e) {
        reader.expected(name, item, expected);
      }
    }
    return roots;
  }

  private void refuseOtherLists() {
    YamlEntry listed = list;
    if (listed == null) {
      return;
    }
    for (String flag : OTHER_LISTS) {
      Optional<Node> place = flags.placeOf(flag);
      if (place.isPresent()) {
        reader
            .mistakes()
            .add(
                place.get(),
                "%s: expected no such key beside %s, since each says which models there are"
                    .formatted(flag.substring(2), listed.name()));
      }
    }
  }

  /** Returns what the file says beside its models. */
  FileValues values() {
    return new FileValues(file, flags.values(), batching, monitoring, list != null);
  }

  /** Returns the directories of models. */
  List<Path> repositories() {
    return repositories;
  }

  /** Returns true if the file says which models there are, be it none. */
  boolean listsModels() {
    return list != null;
  }

  /**
   * Returns the models that the file names.
   *
   * @param current what is in force
   * @throws ConfigException with all models that cannot be
   */
  List<ModelEntry> models(ModelsValidator validator, ModelsConfig current) throws ConfigException {
    List<ModelEntry> entries = new ArrayList<>();
    Mistakes mistakes = new Mistakes(file, text);
    for (FileModel model : models) {
      try {
        entries.addAll(
            validator
                .validate(
                    ModelServerConfig.newBuilder()
                        .setModelConfigList(ModelConfigList.newBuilder().addConfig(model.config()))
                        .build(),
                    current)
                .models());
      } catch (ServingException e) {
        mistakes.add(model.platformPlace(), e.text());
      }
    }
    mistakes.refuse();
    return entries;
  }

  /** Returns how the models run, by name; only those of which something is said. */
  Map<String, ModelSettings> settings() {
    Map<String, ModelSettings> settings = new LinkedHashMap<>();
    for (FileModel model : models) {
      if (!model.own().equals(ModelSettings.NONE)) {
        settings.put(model.name(), model.own());
      }
    }
    return Map.copyOf(settings);
  }
}
