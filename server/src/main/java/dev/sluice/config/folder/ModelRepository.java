package dev.sluice.config.folder;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.servable.ModelVersion;
import dev.sluice.source.VersionSelection;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Directories of which each sub-directory is a model, by its folder's name; but for hidden ones.
 *
 * <p>A directory that cannot be read at the first scan is an error, later it is a warning, and
 * nothing changes for its models. A warning is given when it first applies and not again until it
 * has ceased to.
 *
 * <p>What is new counts at once. That a folder is gone, or that its file says something else,
 * counts at the second scan in a row that finds it so: in between, somebody may be renaming
 * folders, or writing the file. Not thread-safe.
 */
public final class ModelRepository {
  /** The stamp of a file that is not there. */
  private static final long NO_FILE = -1;

  private final List<Path> roots;
  private final Confinement confinement;
  private final Consumer<String> warnings;

  /** What was last found in each of the roots. */
  private final Map<Path, Folders> folders = new HashMap<>();

  private final Map<Path, Policy> policies = new HashMap<>();
  private Map<String, ModelEntry> models = Map.of();
  private Set<String> complaints = Set.of();

  /**
   * The folders of a root, in order.
   *
   * @param missing those of them that the last scan did not find
   */
  private record Folders(List<Path> all, Set<Path> missing) {}

  /**
   * What a file says of versions.
   *
   * @param stamp of the file when it was read
   * @param seen its stamp at the last scan
   */
  private record Policy(long stamp, VersionSelection selection, long seen) {}

  /**
   * Creates a repository.
   *
   * @param roots absolute; of two models of one name the one in the first of them counts
   * @param warnings takes what the operator should know, one line each
   */
  public ModelRepository(List<Path> roots, Consumer<String> warnings) {
    this.roots = List.copyOf(roots);
    this.confinement = new Confinement(roots);
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
    Folders before = folders.get(root);
    List<Path> known = before == null ? List.of() : before.all();
    Set<Path> found = new TreeSet<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(root)) {
      for (Path child : children) {
        if (!child.getFileName().toString().startsWith(".")
            && isFolder(child, known.contains(child), complaintsNow)) {
          found.add(child);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      String problem =
          "--model_repository: %s cannot be read: %s; expected a directory of models"
              .formatted(root, e);
      if (before == null) {
        throw ConfigException.invalid(problem);
      }
      complaintsNow.add(problem);
      return known;
    }
    Set<Path> missing = new TreeSet<>(known);
    missing.removeAll(found);
    if (before != null) {
      missing.removeAll(before.missing());
    }
    found.addAll(missing);
    Folders now = new Folders(List.copyOf(found), missing);
    folders.put(root, now);
    return now.all();
  }

  /** What cannot be looked at is what it was. */
  private boolean isFolder(Path child, boolean before, Set<String> complaintsNow) {
    try {
      if (!Files.readAttributes(child, BasicFileAttributes.class).isDirectory()) {
        return false;
      }
      boolean inside = confinement.contains(child);
      if (!inside) {
        complaintsNow.add(
            "--model_repository: %s is ignored, for it is a link to %s; expected one within the repository"
                .formatted(child, child.toRealPath()));
      }
      return inside;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      complaintsNow.add(
          "--model_repository: %s cannot be looked at: %s; expected a model's folder"
              .formatted(child, e));
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
    Policy known = policies.get(folder);
    try {
      long stamp = stamp(file);
      if (known != null && (known.stamp() == stamp || known.seen() != stamp)) {
        policies.put(folder, new Policy(known.stamp(), known.selection(), stamp));
        return known.selection();
      }
      VersionSelection read =
          stamp == NO_FILE ? VersionSelection.DEFAULT : TritonConfig.read(file).selection();
      policies.put(folder, new Policy(stamp, read, stamp));
      return read;
    } catch (IOException e) {
      complaintsNow.add("--model_repository: %s cannot be looked at: %s".formatted(file, e));
    } catch (ConfigException e) {
      complaintsNow.add(e.text());
    }
    return known == null ? VersionSelection.DEFAULT : known.selection();
  }

  private static long stamp(Path file) throws IOException {
    try {
      return FolderSettings.stamp(Files.readAttributes(file, BasicFileAttributes.class));
    } catch (NoSuchFileException e) {
      return NO_FILE;
    }
  }
}
