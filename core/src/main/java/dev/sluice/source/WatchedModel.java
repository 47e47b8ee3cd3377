package dev.sluice.source;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A model whose versions are looked for on disk.
 *
 * @param basePath the directory whose numeric children are the versions
 * @param platform the format that the configuration names, such as {@code tensorflow}
 * @param selection which of the versions found are wanted
 * @param arriving true if somebody may still be copying it when it is first looked at, since nobody
 *     has asked for it by name
 */
public record WatchedModel(
    String name, Path basePath, String platform, VersionSelection selection, boolean arriving) {
  public WatchedModel {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(basePath, "basePath");
    Objects.requireNonNull(platform, "platform");
    Objects.requireNonNull(selection, "selection");
  }

  /** Creates a model that was asked for by name. */
  public WatchedModel(String name, Path basePath, String platform, VersionSelection selection) {
    this(name, basePath, platform, selection, false);
  }
}
