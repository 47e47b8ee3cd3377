package dev.sluice.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A directory whose files change together, as Kubernetes' volumes do: the link {@code ..data} is
 * turned from one directory to another.
 */
public final class Volume {
  private final Path directory;

  /** Creates a volume in an existing directory. */
  public Volume(Path directory) {
    this.directory = directory;
  }

  /** Writes a directory with a certificate and a key, not necessarily of each other. */
  public void write(String name, Identity own, Identity key) throws Exception {
    Path target = Files.createDirectories(directory.resolve(name));
    Files.writeString(target.resolve("tls.crt"), own.certificate());
    Files.writeString(target.resolve("tls.key"), key.key());
  }

  /** Turns the link to a directory. */
  public void turnTo(String name) throws IOException {
    Path next = Files.createSymbolicLink(directory.resolve("..next"), Path.of(name));
    Files.move(
        next,
        directory.resolve("..data"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }
}
