package dev.sluice.client.input;

import dev.sluice.client.tensor.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The files that the user names, and standard input as {@code -}. */
public final class SourceFiles {
  static final String STDIN = "-";

  private final InputStream stdin;

  /** Creates an access to files. */
  public SourceFiles(InputStream stdin) {
    this.stdin = stdin;
  }

  /** Returns what a file is called in messages. */
  static String title(String file) {
    return file.equals(STDIN) ? "standard input" : file;
  }

  boolean exists(String name) {
    try {
      Path path = Path.of(name);
      return !name.isEmpty() && Files.exists(path) && !Files.isDirectory(path);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  byte[] content(String name) throws InputException {
    try {
      return name.equals(STDIN) ? stdin.readAllBytes() : Files.readAllBytes(Path.of(name));
    } catch (NoSuchFileException e) {
      throw new InputException("--input=%s: there is no such file".formatted(name));
    } catch (IOException e) {
      throw new InputException("--input=%s: cannot be read: %s".formatted(name, e.getMessage()));
    } catch (OutOfMemoryError e) {
      throw new InputException("--input=%s: too large for the memory".formatted(name));
    }
  }

  static String text(String source, byte[] content) throws InputException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new InputException(source + ": expected text in UTF-8, found other bytes");
    }
  }
}
