package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessSamplerTest {
  @TempDir private Path proc;

  private static List<Sampled.Sample> samples(Sampler sampler, String name) {
    return sampler.sample().stream()
        .filter(family -> family.about().name().equals(name))
        .findFirst()
        .map(Sampled::samples)
        .orElse(List.of());
  }

  private static double value(Sampler sampler, String name) {
    return samples(sampler, name).getFirst().value();
  }

  @Test
  void sizesAreThoseOfTheSystemInBytes() throws IOException {
    Files.writeString(
        proc.resolve("status"),
        "Name:\tjava\nVmSize:\t  2000 kB\nVmRSS:\t  500 kB\nRssAnon:\t 300 kB\nThreads:\t7\n");
    Files.writeString(
        proc.resolve("limits"),
        "Limit                     Soft Limit           Hard Limit           Units\n"
            + "Max open files            1024                 4096                 files\n");
    Path fds = Files.createDirectory(proc.resolve("fd"));
    Files.createFile(fds.resolve("0"));
    Files.createFile(fds.resolve("1"));
    Sampler sampler = new ProcessSampler(proc);
    assertEquals(500 * 1024, value(sampler, "process_resident_memory_bytes"));
    assertEquals(2000 * 1024, value(sampler, "process_virtual_memory_bytes"));
    assertEquals(
        List.of(Sampled.Sample.of(300 * 1024, "anonymous")),
        samples(sampler, "sluice_process_resident_bytes"));
    assertEquals(2, value(sampler, "process_open_fds"));
    assertEquals(1024, value(sampler, "process_max_fds"));
  }

  @Test
  void whereTheSystemTellsNothingThereIsLess() {
    List<Sampled> families = new ProcessSampler(proc.resolve("none")).sample();
    assertTrue(
        families.stream().noneMatch(family -> family.about().name().contains("memory")),
        families::toString);
  }

  @Test
  void thisProcessHasRunForAWhile() {
    Sampler sampler = new ProcessSampler();
    double start = value(sampler, "process_start_time_seconds");
    assertTrue(start > 1.7e9 && start <= System.currentTimeMillis() / 1e3, () -> "" + start);
    assertTrue(value(sampler, "process_cpu_seconds_total") > 0);
  }

  @Test
  void theJvmTellsWhatItHas() {
    Sampler sampler = new JvmSampler();
    assertEquals(2, samples(sampler, "jvm_memory_used_bytes").size());
    assertTrue(value(sampler, "jvm_threads_current") > 0);
    assertTrue(value(sampler, "jvm_memory_used_bytes") > 0);
    assertTrue(
        samples(sampler, "jvm_gc_collection_seconds").stream()
            .anyMatch(sample -> sample.suffix().equals("_count")));
    assertTrue(
        samples(sampler, "jvm_buffer_pool_used_bytes").stream()
            .anyMatch(sample -> sample.labels().equals(List.of("direct"))));
  }
}
