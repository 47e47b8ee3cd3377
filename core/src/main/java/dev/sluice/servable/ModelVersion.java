package dev.sluice.servable;

import java.nio.file.Path;
import java.util.Objects;

/**
 * One version of a model as a source found it.
 *
 * @param platform the format that the configuration names, such as {@code tensorflow}; {@link
 *     #ANY_PLATFORM} if the files are to say it
 * @param path the version's own directory
 */
public record ModelVersion(ServableId id, String platform, Path path) {
  /** Stands for whatever the version's files are. */
  public static final String ANY_PLATFORM = "";

  public ModelVersion {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(platform, "platform");
    Objects.requireNonNull(path, "path");
  }
}
