package dev.sluice.config.yaml;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.config.folder.ModelRepository;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.SettingsSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models of a file of all settings: those that it names and those in its directories, found
 * again whenever it is looked. A name in the file goes before a folder of that name.
 *
 * <p>A file that has changed counts when it is the same at two looks in a row, for somebody may
 * still be writing it, unless {@linkplain #lookNow told} otherwise. One that cannot be used changes
 * nothing. As long as neither the file nor the directories change, what is in force stays, be it
 * from elsewhere.
 *
 * <p>Read by one thread; settings may be asked for by any.
 */
public final class FileModels {
  private final Path file;
  private final Function<String, @Nullable String> environment;
  private final ModelsValidator validator;
  private final Consumer<String> warnings;

  /** Of the models that the file names, those of which something is said. */
  private volatile Map<String, ModelSettings> settings = Map.of();

  private volatile boolean impatient;

  // Touched by the reading thread only.
  private @Nullable Known known;
  private String seen = "";
  private ModelRepository repository = new ModelRepository(List.of(), line -> {});
  private Offer last = new Offer(ModelsConfig.NOTHING, ModelsConfig.NOTHING);
  private @Nullable Map<String, String> atStart;

  /**
   * The file as it was last read.
   *
   * @param failure why it cannot be used; null if it can, and then the rest holds
   */
  private record Known(
      String text, @Nullable ConfigException failure, List<ModelEntry> named, List<Path> roots) {}

  /**
   * Models that were returned, and what was in force then. If that is still in force, they have
   * been refused, as when a label points to a version that is not available yet.
   */
  private record Offer(ModelsConfig models, ModelsConfig inPlaceOf) {
    boolean wasRefused(ModelsConfig current) {
      return current.equals(inPlaceOf) && !models.equals(inPlaceOf);
    }
  }

  /**
   * Creates a reader.
   *
   * @param environment the variables that values of the file may name
   * @param warnings takes what the operator should know, one line each
   */
  public FileModels(
      Path file,
      Function<String, @Nullable String> environment,
      ModelsValidator validator,
      Consumer<String> warnings) {
    this.file = file;
    this.environment = environment;
    this.validator = validator;
    this.warnings = warnings;
  }

  /** Makes the next look take the file as it is, without waiting for a second look. */
  public void lookNow() {
    impatient = true;
  }

  /** Returns what the file says of single models; it holds for versions that are loaded later. */
  public SettingsSource settings() {
    return version -> settings.getOrDefault(version.id().model(), ModelSettings.NONE);
  }

  /**
   * Returns the models that are wanted now.
   *
   * @param current what is in force
   * @throws ConfigException if the file cannot be used; with all that is wrong in it
   */
  public ModelsConfig read(ModelsConfig current) throws ConfigException {
    Known now = known(ServerFile.textOf(file), current);
    if (now.failure != null) {
      throw now.failure;
    }
    Set<String> names = now.named.stream().map(ModelEntry::name).collect(Collectors.toSet());
    ModelsConfig found = scan();
    ModelsConfig all =
        new ModelsConfig(
            true,
            Stream.concat(
                    now.named.stream(),
                    found.models().stream().filter(model -> !names.contains(model.name())))
                .toList());
    if (all.equals(last.models) && !last.wasRefused(current)) {
      return current;
    }
    last = new Offer(all, current);
    return all;
  }

  private ModelsConfig scan() throws ConfigException {
    try {
      return repository.scan();
    } catch (ConfigException e) {
      throw ConfigException.invalid(inFile(e.text()));
    }
  }

  /** A directory of models is otherwise named by a flag. */
  private String inFile(String message) {
    return message.replace("--model_repository", "%s: repositories".formatted(file));
  }

  private Known known(String text, ModelsConfig current) {
    Known before = known;
    if (before != null) {
      boolean settled = text.equals(seen) || impatient;
      seen = text;
      impatient = false;
      if (text.equals(before.text) || !settled) {
        return before;
      }
    }
    Known now = parse(text, current, before);
    known = now;
    seen = text;
    return now;
  }

  /** What was wrong with a file is remembered with what the one before it said. */
  private Known parse(String text, ModelsConfig current, @Nullable Known before) {
    try {
      ServerFile next = ServerFile.read(file, text, environment);
      if (!next.listsModels()) {
        throw ConfigException.invalid(
            "%s: expected models or repositories, found neither; nothing changes".formatted(file));
      }
      List<ModelEntry> named = next.models(validator, current);
      if (before == null || !next.repositories().equals(before.roots)) {
        repository =
            new ModelRepository(next.repositories(), line -> warnings.accept(inFile(line)));
      }
      tellChanges(next);
      settings = next.settings();
      return new Known(text, null, named, next.repositories());
    } catch (ConfigException e) {
      return new Known(
          text,
          e,
          before == null ? List.of() : before.named,
          before == null ? List.of() : before.roots);
    }
  }

  private void tellChanges(ServerFile next) {
    Map<String, String> flags = flags(next);
    Map<String, String> then = atStart;
    if (then == null) {
      atStart = flags;
      return;
    }
    Set<String> changed = differing(then, flags);
    if (!changed.isEmpty()) {
      warnings.accept(
          "%s: changed since the start, and needs a restart to take effect: %s"
              .formatted(file, String.join(", ", changed)));
    }
    Set<String> models = differing(settings, next.settings());
    if (!models.isEmpty()) {
      warnings.accept(
          "%s: batching or threads have changed for versions that are loaded from now on, of: %s"
              .formatted(file, String.join(", ", models)));
    }
  }

  private static Map<String, String> flags(ServerFile file) {
    Map<String, String> flags = new HashMap<>();
    file.values().flags().forEach((flag, value) -> flags.put(flag.substring(2), value));
    file.values()
        .batching()
        .ifPresent(batching -> flags.put(BatchingSection.KEY, batching.toString()));
    file.values()
        .monitoring()
        .ifPresent(monitoring -> flags.put(MonitoringSection.KEY, monitoring.toString()));
    return flags;
  }

  private static <T> Set<String> differing(Map<String, T> one, Map<String, T> other) {
    Set<String> keys = new HashSet<>(one.keySet());
    keys.addAll(other.keySet());
    Set<String> differing = new TreeSet<>();
    for (String key : keys) {
      if (!Objects.equals(one.get(key), other.get(key))) {
        differing.add(key);
      }
    }
    return differing;
  }
}
