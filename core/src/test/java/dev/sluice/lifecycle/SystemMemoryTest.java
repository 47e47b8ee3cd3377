package dev.sluice.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemMemoryTest {
  private static final long MIB = 1 << 20;

  @TempDir Path root;

  private void write(String file, String text) {
    try {
      Path path = root.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void machine(long totalMib, long availableMib) {
    write(
        "proc/meminfo",
        "MemTotal:       %d kB%nMemFree:        1 kB%nMemAvailable:   %d kB%n"
            .formatted(totalMib * 1024, availableMib * 1024));
    write("proc/self/status", "VmRSS:\t 900 kB\nRssAnon:\t    2048 kB\nRssShmem:\t 1024 kB\n");
  }

  private void second(String group, String maxMib, long currentMib, long inactiveMib) {
    String directory = "sys/fs/cgroup" + group + "/";
    write(
        directory + "memory.max",
        maxMib.equals("max") ? "max\n" : Long.parseLong(maxMib) * MIB + "\n");
    write(directory + "memory.current", currentMib * MIB + "\n");
    write(
        directory + "memory.stat",
        "anon 1\ninactive_file %d\nactive_file 5\n".formatted(inactiveMib * MIB));
  }

  private MemoryReading read() {
    return new SystemMemory(root).read();
  }

  @Test
  void withoutAGroupTheMachineCounts() {
    machine(8000, 3000);
    MemoryReading reading = read();
    assertEquals(3000 * MIB, reading.free());
    assertEquals(8000 * MIB, reading.limit());
    assertEquals(3 * MIB, reading.ownAnonymous());
  }

  @Test
  void aGroupAndThoseAroundItCount() {
    machine(8000, 7000);
    write("proc/self/cgroup", "0::/pod/container\n");
    second("/pod", "2000", 1500, 100);
    second("/pod/container", "4000", 500, 0);
    second("", "max", 6000, 0);
    MemoryReading reading = read();
    assertEquals(600 * MIB, reading.free(), "what has not been read lately is given back");
    assertEquals(2000 * MIB, reading.limit());
  }

  @Test
  void aContainerSeesItsGroupAsTheRoot() {
    machine(8000, 7000);
    write("proc/self/cgroup", "0::/somewhere/else\n");
    second("", "1000", 300, 0);
    assertEquals(700 * MIB, read().free());
  }

  @Test
  void theFirstVersionIsReadToo() {
    machine(8000, 7000);
    write("proc/self/cgroup", "5:cpu:/x\n4:memory:/x\n0::/\n");
    String directory = "sys/fs/cgroup/memory/x/";
    write(directory + "memory.limit_in_bytes", 1000 * MIB + "\n");
    write(directory + "memory.usage_in_bytes", 900 * MIB + "\n");
    write(directory + "memory.stat", "cache 1\ntotal_inactive_file " + 50 * MIB + "\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertEquals(150 * MIB, read().free());
    assertEquals(1000 * MIB, read().limit());
  }

  @Test
  void moreThanTheLimitIsNoLessThanNothing() {
    machine(8000, 7000);
    write("proc/self/cgroup", "0::/\n");
    second("", "1000", 1001, 0);
    assertEquals(0, read().free());
  }

  @Test
  void whereNothingIsToldNothingIsKnown() {
    assertEquals(MemoryReading.UNKNOWN, read());
    machine(8000, 3000);
    write("proc/self/cgroup", "garbage\n:\n0::\n");
    write("sys/fs/cgroup/memory.max", "garbage\n");
    assertEquals(3000 * MIB, read().free());
  }

  @Test
  void thisMachineHasMemory() {
    MemoryReading reading = new SystemMemory().read();
    assertTrue(reading.free() > 0, reading::toString);
    assertTrue(reading.limit() >= reading.ownAnonymous(), reading::toString);
  }
}
