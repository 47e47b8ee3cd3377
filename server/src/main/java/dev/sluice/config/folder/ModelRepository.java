package dev.sluice.config.folder;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.servable.ModelVersion;
import dev.sluice.source.VersionSelection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Directories of which each sub-directory is a model, by its folder's name; but for hidden ones.
 *
 * <p>A directory that cannot be read at the first scan is an error, later it is a warning, and
 * nothing changes for its models. A warning is given when it first applies and not again until it
 * has ceased to. Not thread-safe.
 */
public final class ModelRepository {
  private final List<Path> roots;
  private final Consumer<String> warnings;

  /** What was last found in each of the roots. */
  private final Map<Path, List<Path>> folders = new HashMap<>();

  private final Map<Path, Policy> policies = new HashMap<>();
  private Map<String, ModelEntry> models = Map.of();
  private Set<String> complaints = Set.of();

  /**
   * What a file says of versions.
   *
   * @param stamp of the file when it was read
   */
  private record Policy(long stamp, VersionSelection selection) {}

  /**
   * Creates a repository.
   *
   * @param roots absolute; of two models of one name the one in the first of them counts
   * @param warnings takes what the operator should know, one line each
   */
  public ModelRepository(List<Path> roots, Consumer<String> warnings) {
    this.roots = List.copyOf(roots);
    this.warnings = warnings;
  }

  /**
   * Returns the models that are there now.
   *
   * @throws ConfigException if a directory cannot be read and never could
   */
  public ModelsConfig scan() throws ConfigException {
    Set<String> now = new HashSet<>();
    boolean first = folders.isEmpty();
    Map<String, ModelEntry> found = new TreeMap<>();
    for (Path root : roots) {
      for (Path folder : list(root, now)) {
        String name = String.valueOf(folder.getFileName());
        ModelEntry other = found.get(name);
        if (other == null) {
          found.put(name, entry(name, folder, first, now));
        } else {
          now.add(
              "--model_repository: %s is ignored, model %s is served from %s"
                  .formatted(folder, name, other.basePath()));
        }
      }
    }
    now.stream().filter(complaint -> !complaints.contains(complaint)).sorted().forEach(warnings);
    complaints = now;
    models = found;
    policies.keySet().retainAll(found.values().stream().map(ModelEntry::basePath).toList());
    return new ModelsConfig(true, List.copyOf(found.values()));
  }

  private List<Path> list(Path root, Set<String> complaintsNow) throws ConfigException {
    try (Stream<Path> children = Files.list(root)) {
      List<Path> found =
          children
              .filter(child -> !child.getFileName().toString().startsWith("."))
              .filter(Files::isDirectory)
              .sorted()
              .toList();
      folders.put(root, found);
      return found;
    } catch (IOException | UncheckedIOException e) {
      String problem =
          "--model_repository: %s cannot be read: %s; expected a directory of models"
              .formatted(root, e);
      List<Path> before = folders.get(root);
      if (before == null) {
        throw ConfigException.invalid(problem);
      }
      complaintsNow.add(problem);
      return before;
    }
  }

  private ModelEntry entry(String name, Path folder, boolean first, Set<String> complaintsNow) {
    ModelEntry before = models.get(name);
    return new ModelEntry(
        name,
        folder,
        ModelVersion.ANY_PLATFORM,
        selection(folder, complaintsNow),
        Map.of(),
        before == null ? !first : before.arriving());
  }

  /** A file that cannot be used changes nothing here; the versions say so when they are loaded. */
  private VersionSelection selection(Path folder, Set<String> complaintsNow) {
    Path file = folder.resolve(TritonConfig.FILE);
    if (!Files.exists(file)) {
      policies.remove(folder);
      return VersionSelection.DEFAULT;
    }
    long stamp = FolderSettings.stamp(file);
    Policy known = policies.get(folder);
    if (known != null && known.stamp() == stamp) {
      return known.selection();
    }
    try {
      VersionSelection read = TritonConfig.read(file).selection();
      policies.put(folder, new Policy(stamp, read));
      return read;
    } catch (ConfigException e) {
      complaintsNow.add(e.text());
      return known == null ? VersionSelection.DEFAULT : known.selection();
    }
  }
}
