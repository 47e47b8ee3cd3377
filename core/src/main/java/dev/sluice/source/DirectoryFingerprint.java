package dev.sluice.source;

import dev.sluice.servable.ModelVersion;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The fingerprint of a version in a directory: path, size and modification time of every regular
 * file below it. Reads no contents. Symbolic links are followed. Thread-safe.
 */
public final class DirectoryFingerprint implements Fingerprint {
  private static final long UNREADABLE = 1;

  @Override
  public long of(ModelVersion version) {
    Sum sum = new Sum(version.path());
    try {
      Files.walkFileTree(
          version.path(), EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, sum);
    } catch (IOException | RuntimeException e) {
      return UNREADABLE;
    }
    return sum.value;
  }

  /** Adds up one hash per file, so that the order of a directory's entries does not matter. */
  private static final class Sum extends SimpleFileVisitor<Path> {
    private final Path root;
    private long value;

    Sum(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile()) {
        FileTime time = attributes.lastModifiedTime();
        long hash = mix(root.relativize(file).toString().hashCode());
        hash = mix(hash ^ attributes.size());
        value += mix(hash ^ time.to(TimeUnit.NANOSECONDS));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      value += mix(root.relativize(file).toString().hashCode() ^ UNREADABLE);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    /** The finalizer of SplitMix64: every bit of the argument moves half the bits of the result. */
    private static long mix(long z) {
      long mixed = z + 0x9e3779b97f4a7c15L;
      mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      return mixed ^ (mixed >>> 31);
    }
  }
}
