package dev.sluice.source;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A model whose versions are looked for on disk.
 *
 * @param basePath the directory whose numeric children are the versions
 * @param platform the format that the configuration names, such as {@code tensorflow}
 * @param selection which of the versions found are wanted
 */
public record WatchedModel(
    String name, Path basePath, String platform, VersionSelection selection) {
  public WatchedModel {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(basePath, "basePath");
    Objects.requireNonNull(platform, "platform");
    Objects.requireNonNull(selection, "selection");
  }
}
