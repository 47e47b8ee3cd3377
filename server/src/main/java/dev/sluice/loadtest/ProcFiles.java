package dev.sluice.loadtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the kernel says of processes (proc(5)). Whatever cannot be read, because the machine, the
 * container or the user is another one, is simply not known.
 */
final class ProcFiles {
  private static final String LISTENING = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  /** Forwards a container's port; its CPU time is not the server's. */
  private static final String FORWARDER = "docker-proxy";

  /** Fields of {@code stat} behind the name, which may hold anything, and its parenthesis. */
  private static final int USER_TICKS = 11;

  private static final int SYSTEM_TICKS = 12;

  /** USER_HZ, which is the same on every architecture that we run on. */
  private static final double TICKS_PER_SECOND = 100;

  private static final int KIBI = 1024;

  private final Path root;

  /** Reads below a directory, usually {@code /proc}. */
  ProcFiles(Path root) {
    this.root = root;
  }

  /**
   * What a process has used.
   *
   * @param cpuSeconds since it began
   */
  record Usage(double cpuSeconds, long residentBytes) {}

  /** Returns the processes that listen at an address of this machine; empty if none is known. */
  List<String> listeners(InetSocketAddress address) {
    Set<String> sockets = isLocal(address.getAddress()) ? sockets(address.getPort()) : Set.of();
    if (sockets.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> processes = Files.list(root)) {
      return processes
          .map(process -> process.getFileName().toString())
          .filter(name -> Character.isDigit(name.charAt(0)))
          .filter(process -> holdsOneOf(process, sockets) && !isForwarder(process))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  private static boolean isLocal(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }

  private Set<String> sockets(int port) {
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : lines(root.resolve("net").resolve(table))) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > INODE
            && fields[LOCAL_ADDRESS].endsWith(suffix)
            && fields[STATE].equals(LISTENING)) {
          sockets.add("socket:[" + fields[INODE] + "]");
        }
      }
    }
    return sockets;
  }

  private boolean holdsOneOf(String process, Set<String> sockets) {
    try (Stream<Path> files = Files.list(root.resolve(process).resolve("fd"))) {
      return files.anyMatch(file -> sockets.contains(link(file)));
    } catch (IOException | UncheckedIOException e) {
      return false; // another user's, or it has ended
    }
  }

  private static String link(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  private boolean isForwarder(String process) {
    return lines(root.resolve(process).resolve("comm")).contains(FORWARDER);
  }

  /** Returns what processes have used together; empty if there are none, or one cannot be read. */
  Optional<Usage> usage(List<String> processes) {
    double seconds = 0;
    long resident = 0;
    for (String process : processes) {
      Optional<Double> cpu = cpuSeconds(process);
      if (cpu.isEmpty()) {
        return Optional.empty();
      }
      seconds += cpu.get();
      resident += residentBytes(process);
    }
    return processes.isEmpty() ? Optional.empty() : Optional.of(new Usage(seconds, resident));
  }

  private Optional<Double> cpuSeconds(String process) {
    List<String> lines = lines(root.resolve(process).resolve("stat"));
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    String line = lines.getFirst();
    String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
    if (fields.length <= SYSTEM_TICKS) {
      return Optional.empty();
    }
    double ticks =
        (double) Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
    return Optional.of(ticks / TICKS_PER_SECOND);
  }

  private long residentBytes(String process) {
    for (String line : lines(root.resolve(process).resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * KIBI;
      }
    }
    return 0;
  }

  private static List<String> lines(Path file) {
    try {
      return new ArrayList<>(Files.readAllLines(file));
    } catch (IOException e) {
      return List.of();
    }
  }
}
