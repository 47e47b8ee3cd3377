package dev.sluice.engine.natives;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What a load takes of the system's memory: what the C library's heap grows by, and the model's
 * files that are mapped. The Java heap is not in it. What else allocates at the same time is, so
 * that it is exact only for a load that is alone.
 */
public final class LoadFootprint {
  private static final Path MAPS = Path.of("/proc/self/maps");

  private final OptionalLong before;

  private LoadFootprint(OptionalLong before) {
    this.before = before;
  }

  /** Takes the measure before a load. */
  public static LoadFootprint begin() {
    return new LoadFootprint(NativeHeap.allocatedBytes());
  }

  /**
   * Takes the measure after it.
   *
   * @param files the directory of the version
   * @return the bytes; -1 if the C library does not tell
   */
  public long grownBy(Path files) {
    OptionalLong after = NativeHeap.allocatedBytes();
    if (before.isEmpty() || after.isEmpty()) {
      return -1;
    }
    return Math.max(0, after.getAsLong() - before.getAsLong()) + mappedBelow(files);
  }

  private static long mappedBelow(Path files) {
    String folder = files.toAbsolutePath().normalize() + "/";
    long bytes = 0;
    try {
      for (String line : Files.readString(MAPS, StandardCharsets.ISO_8859_1).lines().toList()) {
        bytes += line.contains(folder) ? size(line) : 0;
      }
    } catch (IOException | NumberFormatException e) {
      return 0; // no such system
    }
    return bytes;
  }

  /** Returns the size of a mapping, whose line begins with its hexadecimal limits. */
  private static long size(String line) {
    int dash = line.indexOf('-');
    int end = line.indexOf(' ');
    return Long.parseUnsignedLong(line.substring(dash + 1, end), 16)
        - Long.parseUnsignedLong(line.substring(0, dash), 16);
  }
}
