package dev.sluice.engine.tensorflow;

import dev.sluice.engine.ModelSettings;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be told from the files of a version (config.md §10, lifecycle.md §7). */
final class SavedModelFiles {
  /** The folder in a version's directory that Triton has SavedModels in. */
  private static final String TRITON_FOLDER = "model.savedmodel";

  private SavedModelFiles() {}

  /**
   * Returns true if a version's directory, or the folder that Triton has there, is a SavedModel.
   */
  static boolean areIn(Path directory) {
    return beginIn(directory) || beginIn(directory.resolve(TRITON_FOLDER));
  }

  /** Returns the SavedModel's own directory: the version's, or a folder in it. */
  static Path directory(Path version, ModelSettings settings) {
    Path folder = settings.file(version, TRITON_FOLDER);
    return settings.modelFile().isEmpty() && !beginIn(folder) ? version : folder;
  }

  /** Returns true if a directory has what a SavedModel begins with. */
  private static boolean beginIn(Path directory) {
    return Files.exists(directory.resolve("saved_model.pb"))
        || Files.exists(directory.resolve("saved_model.pbtxt"));
  }

  /** Refuses a directory without a SavedModel, in the words of the reference. */
  static void checkFormat(Path directory) throws ServingException {
    if (beginIn(directory)) {
      return;
    }
    if (Files.exists(directory.resolve("export.meta"))) {
      throw new ServingException(Code.UNIMPLEMENTED, "Session Bundle is deprecated and removed.");
    }
    throw new ServingException(
        Code.NOT_FOUND,
        "Specified file path does not appear to contain a SavedModel bundle (should have a file"
            + " called `saved_model.pb`)\nSpecified file path: "
            + directory);
  }

  /** Returns true if there are values of variables. */
  static boolean hasVariables(Path directory) {
    return Files.exists(directory.resolve("variables").resolve("variables.index"));
  }
}
