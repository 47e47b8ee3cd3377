package dev.sluice.config;

import dev.sluice.source.VersionSelection;
import dev.sluice.source.WatchedModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * One model of a configuration, checked.
 *
 * @param name may be empty, as in the reference
 * @param basePath absolute
 * @param labels versions by label
 * @param arriving true if it was found, not named, and somebody may still be copying it
 */
public record ModelEntry(
    String name,
    Path basePath,
    String platform,
    VersionSelection selection,
    Map<String, Long> labels,
    boolean arriving) {
  public ModelEntry {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(basePath, "basePath");
    Objects.requireNonNull(platform, "platform");
    Objects.requireNonNull(selection, "selection");
    labels = Map.copyOf(labels);
  }

  /** Creates a model that was named. */
  public ModelEntry(
      String name,
      Path basePath,
      String platform,
      VersionSelection selection,
      Map<String, Long> labels) {
    this(name, basePath, platform, selection, labels, false);
  }

  /** Returns what the source of versions needs to know. */
  public WatchedModel watched() {
    return new WatchedModel(name, basePath, platform, selection, arriving);
  }
}
