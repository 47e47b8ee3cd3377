package dev.sluice.engine.trees;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file of a version that holds its model.
 *
 * @param format which library wrote it
 */
record ModelFile(Path path, Format format) {
  /** The libraries. */
  enum Format {
    XGBOOST("xgboost"),
    LIGHTGBM("lightgbm");

    private final String platform;

    Format(String platform) {
      this.platform = platform;
    }

    String platform() {
      return platform;
    }

    /** Returns the names that a model may have; the contents decide what is in such a file. */
    List<String> names() {
      return switch (this) {
        case XGBOOST ->
            List.of(
                "model.json",
                "model.ubj",
                "model.xgb",
                "xgboost.json",
                "xgboost.ubj",
                "xgboost.model");
        case LIGHTGBM -> List.of("model.txt", "model.lgb");
      };
    }
  }

  /** Returns true if a directory has a file with one of the names. */
  static boolean isIn(Path directory) {
    return !among(directory, List.of(Format.values())).isEmpty();
  }

  /** Returns the one model file of a version, of the library that its platform names if it does. */
  static ModelFile of(ModelVersion version) throws ServingException {
    List<Format> formats = formats(version.platform());
    List<ModelFile> found = among(version.path(), formats);
    if (found.size() == 1) {
      return found.get(0);
    }
    List<String> expected = formats.stream().flatMap(format -> format.names().stream()).toList();
    if (found.isEmpty()) {
      throw new ServingException(
          Code.NOT_FOUND,
          "No model found for %s at %s: expected one of %s"
              .formatted(version.id(), version.path(), expected));
    }
    throw ServingException.invalidArgument(
        "Expected one model for %s at %s, found %s"
            .formatted(
                version.id(),
                version.path(),
                found.stream().map(file -> file.path.getFileName()).toList()));
  }

  private static List<Format> formats(String platform) {
    for (Format format : Format.values()) {
      if (format.platform.equals(platform)) {
        return List.of(format);
      }
    }
    return List.of(Format.values());
  }

  private static List<ModelFile> among(Path directory, List<Format> formats) {
    List<ModelFile> found = new ArrayList<>();
    for (Format format : formats) {
      for (String name : format.names()) {
        Path path = directory.resolve(name);
        if (Files.exists(path)) {
          found.add(new ModelFile(path, format));
        }
      }
    }
    return found;
  }

  /** Reads the model. */
  TreeModel read() throws IOException {
    return switch (format) {
      case XGBOOST -> XgboostReader.read(path);
      case LIGHTGBM -> LightgbmReader.read(path);
    };
  }
}
