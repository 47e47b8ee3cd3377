package dev.sluice.lifecycle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Memory of a Linux machine and of the control groups around this process, of either version.
 *
 * <p>Of a group counts its limit less what is used of it, where pages of files that have not been
 * read lately are no use: the kernel takes those first. Whichever has least left counts.
 */
public final class SystemMemory implements MemoryReader {
  private static final String NO_LIMIT = "max";

  /** Where the first version has no limit, it has one of nearly 2^63. */
  private static final long ABSURD = 1L << 60;

  private static final long KIB = 1024;

  private final Path root;

  /** Reads the system's own files. */
  public SystemMemory() {
    this(Path.of("/"));
  }

  /** Reads the files below a directory as if it were the root. */
  SystemMemory(Path root) {
    this.root = root;
  }

  /** The names of a version's files. */
  private enum Names {
    FIRST("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    SECOND("memory.max", "memory.current", "inactive_file");

    private final String limit;
    private final String usage;
    private final String inactive;

    Names(String limit, String usage, String inactive) {
      this.limit = limit;
      this.usage = usage;
      this.inactive = inactive;
    }
  }

  private record Group(Path mount, Path directory, Names files) {}

  @Override
  public MemoryReading read() {
    OptionalLong available = kib("proc/meminfo", "MemAvailable:");
    if (available.isEmpty()) {
      return MemoryReading.UNKNOWN;
    }
    long free = available.getAsLong();
    long limit = kib("proc/meminfo", "MemTotal:").orElse(Long.MAX_VALUE);
    Optional<Group> own = group();
    if (own.isPresent()) {
      Group group = own.get();
      Path directory = group.directory;
      while (directory != null && directory.startsWith(group.mount)) {
        OptionalLong bound = number(directory.resolve(group.files.limit));
        if (bound.isPresent() && bound.getAsLong() < ABSURD) {
          limit = Math.min(limit, bound.getAsLong());
          free = Math.min(free, bound.getAsLong() - used(directory, group.files));
        }
        directory = directory.getParent();
      }
    }
    long anonymous =
        kib("proc/self/status", "RssAnon:").orElse(0)
            + kib("proc/self/status", "RssShmem:").orElse(0);
    Runtime runtime = Runtime.getRuntime();
    return new MemoryReading(
        Math.max(0, free), limit, anonymous, runtime.maxMemory() - runtime.totalMemory());
  }

  private long used(Path directory, Names files) {
    long usage = number(directory.resolve(files.usage)).orElse(0);
    long inactive =
        lines(directory.resolve("memory.stat")).stream()
            .filter(line -> line.startsWith(files.inactive + " "))
            .flatMapToLong(line -> number(line.substring(files.inactive.length())).stream())
            .findFirst()
            .orElse(0);
    return Math.max(0, usage - inactive);
  }

  /**
   * Returns the group that this process is in; in a container that may be the root of what it sees.
   */
  private Optional<Group> group() {
    Path groups = root.resolve("sys/fs/cgroup");
    Optional<Group> first = Optional.empty();
    Optional<Group> second = Optional.empty();
    for (String line : lines(root.resolve("proc/self/cgroup"))) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("memory")) {
        first = group(groups.resolve("memory"), parts[2], Names.FIRST);
      } else if (line.startsWith("0::")) {
        second = group(groups, parts[2], Names.SECOND);
      }
    }
    return first.isPresent() ? first : second;
  }

  private static Optional<Group> group(Path mount, String path, Names files) {
    Path directory = mount.resolve(path.substring(Math.min(1, path.length()))).normalize();
    Path seen = Files.isDirectory(directory) ? directory : mount;
    return Files.isDirectory(seen) ? Optional.of(new Group(mount, seen, files)) : Optional.empty();
  }

  private OptionalLong kib(String file, String name) {
    for (String line : lines(root.resolve(file))) {
      if (line.startsWith(name) && line.endsWith(" kB")) {
        OptionalLong number = number(line.substring(name.length(), line.length() - 3));
        return number.isPresent() ? OptionalLong.of(number.getAsLong() * KIB) : number;
      }
    }
    return OptionalLong.empty();
  }

  private OptionalLong number(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? OptionalLong.empty() : number(lines.getFirst());
  }

  private static OptionalLong number(String text) {
    String stripped = text.strip();
    if (stripped.equals(NO_LIMIT)) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(stripped));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static List<String> lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // another kernel, or not for us to see
    }
  }
}
