package dev.sluice.loadtest;

import dev.sluice.loadtest.report.Run.ServerUse;
import dev.sluice.loadtest.report.Run.ToolUse;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** Reads what the server's processes, if they are here, and the tool's have used. */
final class UsageMeter {
  private static final double NANOS = 1e9;
  private static final double MICROS = 1e6;

  private final ProcFiles files;
  private final List<String> server;
  private final List<String> self = List.of("self");

  UsageMeter(ProcFiles files, InetSocketAddress address) {
    this.files = files;
    this.server = files.listeners(address);
  }

  /** What had been used at a time. */
  record Reading(long nanos, Optional<ProcFiles.Usage> server, Optional<ProcFiles.Usage> tool) {}

  Reading read(long now) {
    return new Reading(now, files.usage(server), files.usage(self));
  }

  /** Returns what the server used between two readings; empty if that is not known. */
  static Optional<ServerUse> server(Reading before, Reading after, long requests) {
    if (before.server.isEmpty() || after.server.isEmpty() || requests == 0) {
      return Optional.empty();
    }
    double seconds = after.server.get().cpuSeconds() - before.server.get().cpuSeconds();
    return Optional.of(
        new ServerUse(
            seconds * MICROS / requests,
            seconds / elapsed(before, after),
            after.server.get().residentBytes()));
  }

  /**
   * Returns what the tool used between two readings.
   *
   * @param threads its event loops, which can keep no more cores busy than there are
   */
  static ToolUse tool(Reading before, Reading after, int threads, long delay99) {
    double seconds =
        before.tool.isEmpty() || after.tool.isEmpty()
            ? 0
            : after.tool.get().cpuSeconds() - before.tool.get().cpuSeconds();
    int usable = Math.min(threads, Runtime.getRuntime().availableProcessors());
    return new ToolUse(seconds / elapsed(before, after), usable, delay99);
  }

  private static double elapsed(Reading before, Reading after) {
    return Math.max(1, after.nanos - before.nanos) / NANOS;
  }
}
