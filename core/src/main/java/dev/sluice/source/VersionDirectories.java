package dev.sluice.source;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Finds the numbered children of a base path (config.md §3). */
final class VersionDirectories {

  private VersionDirectories() {}

  /**
   * What a base path holds.
   *
   * @param paths the child of each number; of several names for one number, the last in
   *     lexicographic order
   * @param shadowed names that lost to another name of the same number
   */
  record Found(NavigableMap<Long, Path> paths, List<Path> shadowed) {}

  /** Lists a base path; symbolic links are followed, children need not be directories. */
  static Found list(Path basePath) throws IOException {
    NavigableMap<Long, Path> paths = new TreeMap<>();
    List<Path> shadowed = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(basePath)) {
      for (Path child : children) {
        OptionalLong number = parse(child.getFileName().toString());
        if (number.isEmpty()) {
          continue;
        }
        Path other = paths.get(number.getAsLong());
        if (other == null) {
          paths.put(number.getAsLong(), child);
        } else if (child.compareTo(other) > 0) {
          paths.put(number.getAsLong(), child);
          shadowed.add(other);
        } else {
          shadowed.add(child);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    shadowed.sort(null);
    return new Found(paths, List.copyOf(shadowed));
  }

  /**
   * Returns the number that a name spells, or empty: a signed 64-bit decimal with any leading
   * zeros, within ASCII whitespace.
   */
  static OptionalLong parse(String name) {
    int start = 0;
    int end = name.length();
    while (start < end && isSpace(name.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(name.charAt(end - 1))) {
      end--;
    }
    int digits = start;
    if (digits < end && (name.charAt(digits) == '+' || name.charAt(digits) == '-')) {
      digits++;
    }
    if (digits == end) {
      return OptionalLong.empty();
    }
    for (int i = digits; i < end; i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return OptionalLong.empty();
      }
    }
    try {
      return OptionalLong.of(Long.parseLong(name, start, end, 10));
    } catch (NumberFormatException outOfRange) {
      return OptionalLong.empty();
    }
  }

  /** What C's isspace accepts. */
  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
