package dev.sluice.client.save;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.TensorJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A file that takes a whole answer, of the kind that its name says. */
public final class AnswerFile {
  private enum Kind {
    CSV,
    JSON,
    NPY,
    NPZ
  }

  private final Path path;
  private final Kind kind;

  private AnswerFile(Path path, Kind kind) {
    this.path = path;
    this.kind = kind;
  }

  /**
   * Returns the file of a path, which is not touched yet.
   *
   * @throws InputException if its name says no kind, or its directory is not there
   */
  public static AnswerFile of(Path path) throws InputException {
    String name = path.toString().toLowerCase(Locale.ROOT);
    for (Kind kind : Kind.values()) {
      if (name.endsWith("." + kind.name().toLowerCase(Locale.ROOT))) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
          throw new InputException("--output=%s: there is no such directory".formatted(path));
        }
        return new AnswerFile(path, kind);
      }
    }
    throw new InputException(
        "--output=%s: expected a name that ends with .csv, .json, .npy or .npz".formatted(path));
  }

  /**
   * Writes all outputs.
   *
   * @throws InputException if this kind of file cannot hold them, or it cannot be written
   */
  public void write(List<NamedTensor> outputs) throws InputException {
    byte[] content = content(outputs);
    try {
      Files.write(path, content);
    } catch (IOException e) {
      throw new InputException(
          "--output=%s: cannot be written: %s".formatted(path, e.getMessage()));
    }
  }

  private byte[] content(List<NamedTensor> outputs) throws InputException {
    return switch (kind) {
      case CSV -> utf8(CsvText.of(outputs));
      case JSON -> utf8(TensorJson.answer(outputs) + "\n");
      case NPY -> {
        if (outputs.size() != 1) {
          throw new InputException(
              "--output=%s: holds one output, and there are %s; choose with --outputs, or write .npz"
                  .formatted(
                      path, String.join(", ", outputs.stream().map(NamedTensor::name).toList())));
        }
        yield NpyWriter.npy(outputs.getFirst());
      }
      case NPZ -> NpyWriter.npz(outputs);
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
