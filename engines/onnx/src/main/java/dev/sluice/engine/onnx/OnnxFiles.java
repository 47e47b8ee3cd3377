package dev.sluice.engine.onnx;

import dev.sluice.engine.ModelSettings;
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

/** What can be told from the files of a version. */
final class OnnxFiles {
  private static final String MODEL = "model.onnx";

  private OnnxFiles() {}

  /** Returns true if a directory has a model. */
  static boolean areIn(Path directory) {
    return Files.isRegularFile(directory.resolve(MODEL));
  }

  /** Returns the file of a version's model, and refuses a version without. */
  static Path model(ModelVersion version, ModelSettings settings) throws ServingException {
    Path file = settings.file(version.path(), MODEL);
    if (!Files.isRegularFile(file)) {
      throw new ServingException(
          Code.NOT_FOUND,
          "Expected a file %s of %s in %s, found none"
              .formatted(file.getFileName(), version.id(), version.path()));
    }
    return file;
  }

  /** Returns the size of all regular files below the version's directory. */
  static long size(ModelVersion version) throws ServingException {
    try (Stream<Path> files = Files.walk(version.path(), FileVisitOption.FOLLOW_LINKS)) {
      return files.filter(Files::isRegularFile).mapToLong(OnnxFiles::size).sum();
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
