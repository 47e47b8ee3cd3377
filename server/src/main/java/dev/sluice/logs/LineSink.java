package dev.sluice.logs;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where lines are written: a file, at its end, or standard output. A file that is renamed or
 * removed (as logrotate does) is begun anew within a second. Confined to one thread.
 */
final class LineSink implements Closeable {
  private static final int BUFFER = 64 << 10;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final @Nullable Path path;
  private OutputStream out;
  private @Nullable Object fileKey;
  private long lookedAt = System.nanoTime();

  private LineSink(@Nullable Path path, OutputStream out) {
    this.path = path;
    this.out = new BufferedOutputStream(out, BUFFER);
  }

  /**
   * Opens a file, or standard output if none is given.
   *
   * @throws IOException if the file cannot be written
   */
  static LineSink open(Optional<Path> file) throws IOException {
    if (file.isEmpty()) {
      return new LineSink(null, new FileOutputStream(FileDescriptor.out));
    }
    LineSink sink = new LineSink(file.get(), append(file.get()));
    sink.fileKey = key(file.get());
    return sink;
  }

  /** Writes to a stream. */
  static LineSink of(OutputStream out) {
    return new LineSink(null, out);
  }

  private static OutputStream append(Path file) throws IOException {
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static @Nullable Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException gone) {
      return null;
    }
  }

  void write(String line) throws IOException {
    out.write(line.getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }

  /** Hands everything to the system. */
  void flush() throws IOException {
    try {
      out.flush();
    } finally { // a full disk has room again only once a file that was removed is closed
      long now = System.nanoTime();
      if (path != null && now - lookedAt >= LOOK_NANOS) {
        lookedAt = now;
        reopenIfMoved(path);
      }
    }
  }

  /** Begins the file anew if its name stands for another one, or for none. */
  void reopenIfMoved(Path file) throws IOException {
    if (!Objects.equals(key(file), fileKey)) {
      OutputStream before = out;
      out = new BufferedOutputStream(append(file), BUFFER);
      fileKey = key(file);
      before.close();
    }
  }

  @Override
  public void close() throws IOException {
    if (path == null) {
      out.flush(); // standard output is not ours to close
    } else {
      out.close();
    }
  }
}
