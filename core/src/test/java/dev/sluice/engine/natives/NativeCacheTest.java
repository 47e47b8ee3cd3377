package dev.sluice.engine.natives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeCacheTest {
  private final AtomicInteger opened = new AtomicInteger();

  @TempDir private Path home;

  private NativeFiles files(String fingerprint) {
    return new NativeFiles(
        "fake-1.0-linux-x86_64",
        List.of(file("one.so", 3_000_000, fingerprint), file("two.so", 17, fingerprint)));
  }

  private NativeFile file(String name, int size, String fingerprint) {
    return new NativeFile(
        name,
        size,
        fingerprint,
        () -> {
          opened.incrementAndGet();
          return new ByteArrayInputStream(content(name, size));
        });
  }

  private static byte[] content(String name, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + name.hashCode());
    }
    return bytes;
  }

  private void assertWhole(List<Path> paths) throws IOException {
    assertEquals(2, paths.size());
    assertArrayEquals(content("one.so", 3_000_000), Files.readAllBytes(paths.get(0)));
    assertArrayEquals(content("two.so", 17), Files.readAllBytes(paths.get(1)));
    try (Stream<Path> children = Files.list(home)) {
      assertEquals(
          List.of(), children.filter(path -> path.toString().contains("unpacking")).toList());
    }
  }

  private static Path directory(List<Path> files) {
    return Objects.requireNonNull(files.get(0).getParent());
  }

  private static void assertSays(String part, IOException failure) {
    assertTrue(String.valueOf(failure.getMessage()).contains(part), failure.toString());
  }

  @Test
  void unpacksOnce() throws IOException {
    NativeCache cache = new NativeCache(home);
    List<Path> first = cache.locate(files("a"));
    assertWhole(first);
    assertEquals(first, cache.locate(files("a")));
    assertEquals(2, opened.get());
    String directory = directory(first).getFileName().toString();
    assertTrue(directory.matches("fake-1\\.0-linux-x86_64-[0-9a-f]{16}"), directory);
  }

  @Test
  void createsItsHome() throws IOException {
    assertWhole(new NativeCache(home.resolve("a/b")).locate(files("a")));
  }

  @Test
  void otherBuildsLieBesideEachOther() throws IOException {
    NativeCache cache = new NativeCache(home);
    assertNotEquals(cache.locate(files("a")), cache.locate(files("b")));
    assertEquals(4, opened.get());
  }

  @Test
  void missingFileIsNoticed() throws IOException {
    NativeCache cache = new NativeCache(home);
    Files.delete(cache.locate(files("a")).get(1));
    assertWhole(cache.locate(files("a")));
    assertEquals(4, opened.get());
  }

  @Test
  void shortFileIsNoticed() throws IOException {
    NativeCache cache = new NativeCache(home);
    Files.write(cache.locate(files("a")).get(0), new byte[12]);
    assertWhole(cache.locate(files("a")));
  }

  @Test
  void fileInPlaceOfTheDirectoryIsNoticed() throws IOException {
    NativeCache cache = new NativeCache(home);
    Path directory = directory(cache.locate(files("a")));
    for (Path file : List.of(directory.resolve("one.so"), directory.resolve("two.so"), directory)) {
      Files.delete(file);
    }
    Files.writeString(directory, "not a directory");
    assertWhole(cache.locate(files("a")));
  }

  @Test
  void truncatedResourceIsRefused() {
    NativeFile file =
        new NativeFile("one.so", 100, "", () -> new ByteArrayInputStream(new byte[99]));
    NativeFiles files = new NativeFiles("fake", List.of(file));
    IOException failure =
        assertThrows(IOException.class, () -> new NativeCache(home).locate(files));
    assertSays("one.so is damaged", failure);
    assertSays("XDG_CACHE_HOME", failure);
    assertEquals(0, List.of(home.toFile().list()).size());
  }

  @Test
  void failedReadLeavesNothing() {
    NativeFile file = new NativeFile("one.so", 100, "", () -> new Failing());
    NativeFiles files = new NativeFiles("fake", List.of(file));
    assertThrows(IOException.class, () -> new NativeCache(home).locate(files));
    assertEquals(0, List.of(home.toFile().list()).size());
  }

  private static final class Failing extends FilterInputStream {
    Failing() {
      super(InputStream.nullInputStream());
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      throw new IOException("disk on fire");
    }
  }

  @Test
  void lackOfSpaceIsSaidBeforeAnythingIsWritten() {
    NativeFile file =
        new NativeFile("one.so", Long.MAX_VALUE / 2, "", InputStream::nullInputStream);
    NativeFiles files = new NativeFiles("fake", List.of(file));
    IOException failure =
        assertThrows(IOException.class, () -> new NativeCache(home).locate(files));
    assertSays("bytes of disk", failure);
    assertSays("XDG_CACHE_HOME", failure);
  }

  @Test
  void homeThatCannotBeMadeIsNamed() throws IOException {
    Path blocked = Files.writeString(home.resolve("file"), "").resolve("sluice");
    IOException failure =
        assertThrows(IOException.class, () -> new NativeCache(blocked).locate(files("a")));
    assertSays(blocked.toString(), failure);
    assertSays("XDG_CACHE_HOME", failure);
  }

  @Test
  void oldLeftoversAreRemovedAndYoungOnesKept() throws IOException {
    Path old = Files.createDirectory(home.resolve("unpacking-old"));
    Files.writeString(old.resolve("half.so"), "half");
    Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));
    Path young = Files.createDirectory(home.resolve("unpacking-young"));
    new NativeCache(home).locate(files("a"));
    assertTrue(Files.notExists(old));
    assertTrue(Files.exists(young));
  }

  @Test
  void threadsMayUnpackAtOnce() throws Exception {
    int threads = 6;
    for (int round = 0; round < 5; round++) {
      NativeFiles wanted = files("round " + round);
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<List<Path>>> results = new ArrayList<>();
      try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
        for (int i = 0; i < threads; i++) {
          results.add(
              pool.submit(
                  () -> {
                    start.await();
                    return new NativeCache(home).locate(wanted);
                  }));
        }
        for (Future<List<Path>> result : results) {
          assertWholeContent(result.get());
        }
      }
      damage(results.getFirst().resultNow());
      assertWhole(new NativeCache(home).locate(wanted));
    }
  }

  private static void assertWholeContent(List<Path> paths) throws IOException {
    assertArrayEquals(content("one.so", 3_000_000), Files.readAllBytes(paths.get(0)));
  }

  private static void damage(List<Path> paths) throws IOException {
    Files.delete(paths.getFirst());
  }

  @Test
  void processesMayUnpackAtOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Unpacker.class.getName(),
                  home.toString())
              .redirectErrorStream(true)
              .redirectOutput(File.createTempFile("unpacker", ".log", home.toFile()))
              .start());
    }
    for (Process process : processes) {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue());
    }
    assertWhole(new NativeCache(home).locate(files("process")));
    assertEquals(0, opened.get());
  }

  /** The other process. */
  static final class Unpacker {
    private Unpacker() {}

    /** Unpacks the same files into the directory named by the argument. */
    public static void main(String[] arguments) throws IOException {
      NativeCacheTest test = new NativeCacheTest();
      test.home = Path.of(arguments[0]);
      List<Path> paths = new NativeCache(test.home).locate(test.files("process"));
      assertWholeContent(paths);
    }
  }
}
