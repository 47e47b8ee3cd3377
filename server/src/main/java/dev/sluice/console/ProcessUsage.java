package dev.sluice.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What this process takes of the machine. */
final class ProcessUsage {
  private static final String RESIDENT = "VmRSS:";

  /** Returns the CPU time taken since the start; zero where the system does not tell. */
  Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Returns the memory that is resident, in bytes; zero where the system does not tell. */
  long residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith(RESIDENT)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10; // in kB
        }
      }
    } catch (IOException unreadable) {
      return 0;
    }
    return 0;
  }
}
