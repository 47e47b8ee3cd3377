package dev.sluice.metrics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the system says of this process, by the names that all of Prometheus' clients have. Linux
 * only; elsewhere there is little.
 *
 * <p>Thread-safe.
 */
public final class ProcessSampler implements Sampler {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;
  private static final long KILO = 1024;

  private final Path proc;

  /** Samples this process. */
  public ProcessSampler() {
    this(Path.of("/proc/self"));
  }

  ProcessSampler(Path proc) {
    this.proc = proc;
  }

  @Override
  public List<Sampled> sample() {
    List<Sampled> families = new ArrayList<>();
    ProcessHandle.Info process = ProcessHandle.current().info();
    process
        .startInstant()
        .ifPresent(
            start ->
                families.add(
                    Sampled.gauge(
                        "process_start_time_seconds",
                        "When the process began, in seconds since 1970.",
                        start.toEpochMilli() / MILLIS)));
    process
        .totalCpuDuration()
        .ifPresent(
            cpu ->
                families.add(
                    Sampled.counter(
                        "process_cpu_seconds_total",
                        "CPU time of the process, in user mode and in the system.",
                        cpu.toNanos() / NANOS)));
    memory(families);
    files(families);
    return families;
  }

  private void memory(List<Sampled> families) {
    Map<String, Long> sizes = sizes();
    Long resident = sizes.get("VmRSS");
    Long virtual = sizes.get("VmSize");
    if (resident == null || virtual == null) {
      return;
    }
    families.add(
        Sampled.gauge("process_resident_memory_bytes", "Memory that is in RAM.", resident));
    families.add(
        Sampled.gauge("process_virtual_memory_bytes", "Address space that is taken.", virtual));
    List<Sampled.Sample> kinds = new ArrayList<>();
    Map.of("RssAnon", "anonymous", "RssFile", "file", "RssShmem", "shared")
        .forEach(
            (field, kind) -> {
              Long size = sizes.get(field);
              if (size != null) {
                kinds.add(Sampled.Sample.of(size, kind));
              }
            });
    families.add(
        new Sampled(
            Description.of(
                "sluice_process_resident_bytes",
                "Memory that is in RAM, by kind: anonymous has the Java heap and what engines"
                    + " allocate, file what is mapped.",
                "kind"),
            Sampled.Kind.GAUGE,
            kinds));
  }

  /** Returns the sizes of {@code /proc/self/status} in bytes; none if it cannot be read. */
  private Map<String, Long> sizes() {
    Map<String, Long> sizes = new HashMap<>();
    for (String line : lines("status")) {
      int colon = line.indexOf(':');
      String value = line.substring(colon + 1).trim();
      if (colon > 0 && value.endsWith(" kB")) {
        sizes.put(
            line.substring(0, colon),
            KILO * Long.parseLong(value.substring(0, value.length() - " kB".length())));
      }
    }
    return sizes;
  }

  private void files(List<Sampled> families) {
    try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
      families.add(
          Sampled.gauge("process_open_fds", "File descriptors that are open.", open.count()));
    } catch (IOException e) {
      return; // no such system
    }
    for (String line : lines("limits")) {
      if (line.startsWith("Max open files")) {
        String soft = line.substring("Max open files".length()).trim().split(" ", 2)[0];
        families.add(
            Sampled.gauge(
                "process_max_fds",
                "File descriptors that may be open.",
                soft.equals("unlimited") ? Double.POSITIVE_INFINITY : Double.parseDouble(soft)));
      }
    }
  }

  private List<String> lines(String file) {
    try {
      return Files.readString(proc.resolve(file), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
