package dev.sluice.engine.onnx;

import dev.sluice.engine.ModelSettings;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.nio.file.Files;
import java.nio.file.Path;

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
}
