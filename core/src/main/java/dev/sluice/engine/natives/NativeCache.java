package dev.sluice.engine.natives;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Unpacks native libraries once and finds them from then on.
 *
 * <p>Layout: {@code <home>/<version>-<platform>-<checksum>/}, holding the files. Such a directory
 * appears by one atomic rename of a complete temporary directory, so it is whole or absent, however
 * many processes unpack at once: the first rename wins, and the others use what it brought. A
 * directory that was damaged later, by a cleaner or a full disk, is seen by the sizes of its files,
 * put aside by another rename, and rebuilt.
 *
 * <p>Thread-safe.
 */
public final class NativeCache {
  private static final Logger LOG = System.getLogger(NativeCache.class.getName());

  private static final String TEMPORARY_PREFIX = "unpacking-";

  /** What a process that was killed left behind is removed after this time. */
  private static final Duration LEFT_BEHIND = Duration.ofHours(6);

  /** A rename that loses against another process is tried again this often. */
  private static final int ATTEMPTS = 5;

  private static final int CHUNK = 1 << 20;

  private final Path home;

  NativeCache(Path home) {
    this.home = home;
  }

  /**
   * Returns the paths of unpacked files, in their order, after unpacking them if need be; a user
   * without a writable home has them beside temporary files.
   *
   * @throws IOException if they cannot be unpacked; the message says where, why and what to set
   */
  public static List<Path> unpacked(HostEnvironment host, NativeFiles files) throws IOException {
    try {
      return new NativeCache(host.cacheHome()).locate(files);
    } catch (IOException e) {
      if (host.secondCacheHome().isEmpty()) {
        throw e;
      }
      Path second;
      try {
        second = PrivateDirectory.of(host.secondCacheHome().get());
      } catch (IOException neither) {
        e.addSuppressed(neither);
        throw e;
      }
      LOG.log(Level.WARNING, "{0}; using {1} meanwhile", e.getMessage(), second);
      return new NativeCache(second).locate(files);
    }
  }

  /**
   * Returns the paths of unpacked files, in their order, after unpacking them if need be.
   *
   * @throws IOException if they cannot be unpacked; the message says where, why and what to set
   */
  List<Path> locate(NativeFiles wanted) throws IOException {
    Path directory = home.resolve(wanted.label() + "-" + checksum(wanted));
    if (!isWhole(directory, wanted)) {
      LOG.log(Level.INFO, "Unpacking {0} into {1}, once", wanted.label(), home);
      try {
        install(directory, wanted);
      } catch (IOException e) {
        throw explained(wanted, e);
      }
    }
    return wanted.files().stream().map(file -> directory.resolve(file.name())).toList();
  }

  /** Returns a short name of the exact set of files. */
  private static String checksum(NativeFiles wanted) {
    MessageDigest digest = sha256();
    for (NativeFile file : wanted.files()) {
      String line = file.name() + " " + file.size() + " " + file.fingerprint() + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  private static boolean isWhole(Path directory, NativeFiles wanted) {
    for (NativeFile file : wanted.files()) {
      try {
        Path path = directory.resolve(file.name());
        if (!Files.isRegularFile(path) || Files.size(path) != file.size()) {
          return false;
        }
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  private void install(Path directory, NativeFiles wanted) throws IOException {
    Files.createDirectories(home);
    removeLeftBehind();
    Path temporary = Files.createTempDirectory(home, TEMPORARY_PREFIX);
    try {
      checkSpace(wanted);
      for (NativeFile file : wanted.files()) {
        unpack(file, temporary.resolve(file.name()));
      }
      publish(temporary, directory, wanted);
    } finally {
      delete(temporary);
    }
  }

  private void checkSpace(NativeFiles wanted) throws IOException {
    long needed = wanted.files().stream().mapToLong(NativeFile::size).sum();
    long usable = Files.getFileStore(home).getUsableSpace();
    if (usable < needed) {
      throw new IOException("needs " + needed + " bytes of disk, " + usable + " are free");
    }
  }

  /** Writes a file and reads it again, so that a bad disk shows now and not as a crash later. */
  private static void unpack(NativeFile file, Path target) throws IOException {
    MessageDigest read = sha256();
    try (InputStream in = new DigestInputStream(file.content().open(), read);
        OutputStream out = Files.newOutputStream(target)) {
      copy(in, out);
    }
    MessageDigest written = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(target), written)) {
      copy(in, OutputStream.nullOutputStream());
    }
    if (Files.size(target) != file.size()
        || !MessageDigest.isEqual(read.digest(), written.digest())) {
      throw new IOException(
          file.name()
              + " is damaged: expected "
              + file.size()
              + " bytes as they were read, found "
              + Files.size(target));
    }
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
      out.write(chunk, 0, count);
    }
  }

  /** Gives the complete directory its name, unless another process was first. */
  private void publish(Path temporary, Path directory, NativeFiles wanted) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (FileSystemException e) {
        if (isWhole(directory, wanted)) {
          return;
        }
        if (attempt == ATTEMPTS || !Files.exists(directory)) {
          throw e;
        }
        putAside(directory);
      }
    }
  }

  /** Removes a damaged directory: renamed first, since another process may look at it. */
  private void putAside(Path damaged) throws IOException {
    Path grave = Files.createTempDirectory(home, TEMPORARY_PREFIX);
    try {
      Files.move(damaged, grave.resolve("damaged"), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // Another process was first with that as well.
      return;
    } finally {
      delete(grave);
    }
  }

  private void removeLeftBehind() throws IOException {
    Instant before = Instant.now().minus(LEFT_BEHIND);
    List<Path> old = new ArrayList<>();
    try (Stream<Path> children = Files.list(home)) {
      for (Path child : (Iterable<Path>) children::iterator) {
        if (child.getFileName().toString().startsWith(TEMPORARY_PREFIX) && isOlder(child, before)) {
          old.add(child);
        }
      }
    }
    old.forEach(NativeCache::delete);
  }

  /** Another process may finish, and remove its directory, at any moment. */
  private static boolean isOlder(Path directory, Instant instant) throws IOException {
    try {
      return Files.getLastModifiedTime(directory).toInstant().isBefore(instant);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  /** Deletes a directory if it is there; what cannot be deleted now is left for the next start. */
  private static void delete(Path directory) {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      // Only disk space is at stake.
      return;
    }
  }

  private IOException explained(NativeFiles wanted, IOException cause) {
    String reason =
        cause instanceof AccessDeniedException ? "it may not be written" : reason(cause);
    return new IOException(
        "cannot unpack "
            + wanted.label()
            + " into "
            + home
            + ": "
            + reason
            + ". Set "
            + HostEnvironment.CACHE_VARIABLE
            + " to a directory with enough space that may be written",
        cause);
  }

  private static String reason(IOException cause) {
    return cause.getClass() == IOException.class
        ? String.valueOf(cause.getMessage())
        : cause.toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }
}
