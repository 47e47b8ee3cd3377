package dev.sluice.auth.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds secrets where a file says that they are: in files of their own or in the environment.
 * Remembers the files.
 */
final class Secrets {
  private static final String FILE = "file:";
  private static final String ENV = "env:";

  private final Function<String, @Nullable String> environment;
  private final List<Path> files = new ArrayList<>();

  Secrets(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  /** A reference that leads to no secret; the message is what was found. */
  static final class MissingException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingException(String found) {
      super(found);
    }
  }

  /** Returns a secret, without white space around it. */
  String get(String reference) throws MissingException {
    if (reference.startsWith(FILE)) {
      return read(reference.substring(FILE.length()));
    }
    if (reference.startsWith(ENV)) {
      String value = environment.apply(reference.substring(ENV.length()));
      if (value == null || value.isBlank()) {
        throw new MissingException("nothing in the environment under that name");
      }
      return value.strip();
    }
    // It may be the secret itself, which a message must not tell.
    throw new MissingException("neither file: nor env: at the beginning");
  }

  private String read(String name) throws MissingException {
    try {
      Path file = Path.of(name);
      files.add(file);
      String text = Files.readString(file).strip();
      if (text.isEmpty()) {
        throw new MissingException("an empty file");
      }
      return text;
    } catch (IOException | InvalidPathException e) {
      throw new MissingException(e.toString());
    }
  }

  /** Returns the files that were read. */
  List<Path> files() {
    return List.copyOf(files);
  }
}
