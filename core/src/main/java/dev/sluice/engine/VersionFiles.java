package dev.sluice.engine;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What can be told from the files of a version, whatever their format. */
public final class VersionFiles {
  private VersionFiles() {}

  /**
   * Returns the size in bytes of all regular files below the version's directory.
   *
   * @throws ServingException NOT_FOUND if there is no directory, PERMISSION_DENIED if it cannot be
   *     read
   */
  public static long size(ModelVersion version) throws ServingException {
    try (Stream<Path> files = Files.walk(version.path(), FileVisitOption.FOLLOW_LINKS)) {
      return files.filter(Files::isRegularFile).mapToLong(VersionFiles::size).sum();
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(version, e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ServingException unreadable(ModelVersion version, Exception cause) {
    Code code =
        Files.exists(version.path(), LinkOption.NOFOLLOW_LINKS)
            ? Code.PERMISSION_DENIED
            : Code.NOT_FOUND;
    return new ServingException(
        code, "Cannot read the files of " + version.id() + " in " + version.path() + ": " + cause);
  }
}
