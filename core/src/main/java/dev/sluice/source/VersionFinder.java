package dev.sluice.source;

import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Looks at a model's base path and says which versions are wanted. */
final class VersionFinder {
  /** Of a model that lies in its base path itself. */
  private static final long ONLY_VERSION = 1;

  private final @Nullable Settling settling;
  private final Predicate<Path> isModel;

  /** Creates a finder of versions that have directories of their own. */
  VersionFinder(@Nullable Settling settling) {
    this(settling, directory -> false);
  }

  /**
   * Creates a finder.
   *
   * @param settling null if there is no second look at which a version could be whole
   * @param isModel true of a directory that is a version itself
   */
  VersionFinder(@Nullable Settling settling, Predicate<Path> isModel) {
    this.settling = settling;
    this.isModel = isModel;
  }

  /**
   * What one look found.
   *
   * @param wish the wanted versions, or null if the base path could not be read, in which case
   *     nothing must change for the model
   * @param complaints what the operator should know; the same look has the same complaints
   * @param unsettled true if nothing is wanted only because what is wanted is not whole yet
   */
  record Look(@Nullable AspiredVersions wish, List<String> complaints, boolean unsettled) {
    Look(@Nullable AspiredVersions wish, List<String> complaints) {
      this(wish, complaints, false);
    }
  }

  Look look(WatchedModel model) {
    boolean first = settling == null || (settling.begin(model) && !model.arriving());
    NavigableMap<Long, Path> paths;
    List<String> complaints = new ArrayList<>();
    try {
      paths = named(model);
      if (paths == null) {
        VersionDirectories.Found found = VersionDirectories.list(model.basePath());
        paths = found.paths();
        for (Path shadowed : found.shadowed()) {
          complaints.add(
              "Servable %s: %s is ignored, another directory has the same version number"
                  .formatted(model.name(), shadowed));
        }
        if (paths.isEmpty() && isModel.test(model.basePath())) {
          paths.put(ONLY_VERSION, model.basePath());
        }
      }
    } catch (IOException e) {
      return new Look(
          null,
          List.of(
              "Could not find base path %s for servable %s with error %s"
                  .formatted(model.basePath(), model.name(), e)));
    }
    NavigableMap<Long, Path> whole = whole(model, paths, first);
    NavigableSet<Long> selected = model.selection().select(whole.keySet());
    List<ModelVersion> wanted = new ArrayList<>();
    whole.forEach(
        (number, path) -> {
          if (selected.contains(number)) {
            wanted.add(
                new ModelVersion(new ServableId(model.name(), number), model.platform(), path));
          }
        });
    complain(model, paths, complaints);
    return new Look(
        new AspiredVersions(model.name(), wanted),
        List.copyOf(complaints),
        selected.isEmpty() && !model.selection().select(paths.keySet()).isEmpty());
  }

  private NavigableMap<Long, Path> whole(
      WatchedModel model, NavigableMap<Long, Path> paths, boolean first) {
    if (settling == null) {
      return paths;
    }
    NavigableMap<Long, Path> whole = new TreeMap<>(paths);
    whole.values().retainAll(settling.whole(model, paths.values(), first));
    return whole;
  }

  /**
   * Returns the children of all listed versions if each exists under its plain name, which spares
   * listing a large directory, or one that may be entered but not listed; null otherwise.
   */
  private static @Nullable NavigableMap<Long, Path> named(WatchedModel model) {
    if (!(model.selection() instanceof VersionSelection.Specific(List<Long> versions))
        || versions.isEmpty()) {
      return null;
    }
    NavigableMap<Long, Path> paths = new TreeMap<>();
    for (long version : versions) {
      Path child = model.basePath().resolve(Long.toString(version));
      if (!Files.exists(child)) {
        return null;
      }
      paths.put(version, child);
    }
    return paths;
  }

  private static void complain(
      WatchedModel model, NavigableMap<Long, Path> paths, List<String> complaints) {
    if (paths.isEmpty()) {
      complaints.add(
          ("No versions of servable %s found under base path %s. Did you forget to name your leaf"
                  + " directory as a number (eg. '/1/')?")
              .formatted(model.name(), model.basePath()));
    } else if (model.selection() instanceof VersionSelection.Specific(List<Long> versions)) {
      if (versions.isEmpty()) {
        complaints.add(
            "Servable %s wants specific versions but lists none; all versions are unloaded"
                .formatted(model.name()));
      }
      for (long version : versions) {
        if (!paths.containsKey(version)) {
          complaints.add(
              "Version %d of servable %s is wanted but was not found under base path %s"
                  .formatted(version, model.name(), model.basePath()));
        }
      }
    }
  }
}
