package dev.sluice.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LineSinkTest {
  @TempDir private Path scratch;

  @Test
  void linesGoToTheEndOfTheFile() throws IOException {
    Path file = Files.writeString(scratch.resolve("access.log"), "before\n");
    try (LineSink sink = LineSink.open(Optional.of(file))) {
      sink.write("one \u00e9");
      sink.flush();
      assertEquals(List.of("before", "one \u00e9"), Files.readAllLines(file));
      sink.write("two");
    }
    assertEquals(List.of("before", "one \u00e9", "two"), Files.readAllLines(file));
  }

  @Test
  void aFileThatWasMovedIsBegunAnew() throws IOException {
    Path file = scratch.resolve("access.log");
    Path old = scratch.resolve("access.log.1");
    try (LineSink sink = LineSink.open(Optional.of(file))) {
      sink.write("one");
      sink.flush();
      Files.move(file, old);
      sink.write("two");
      sink.flush();
      sink.reopenIfMoved(file);
      sink.write("three");
      sink.flush();
      Files.delete(file);
      sink.reopenIfMoved(file);
      sink.reopenIfMoved(file);
      sink.write("four");
    }
    assertEquals(List.of("one", "two"), Files.readAllLines(old));
    assertEquals(List.of("four"), Files.readAllLines(file));
  }

  /** Its space is free only once it is closed, and somebody has removed it for that. */
  @Test
  void aFileOnAFullDiskIsLeftWhenItWasRemoved() throws IOException {
    Path file = Files.createSymbolicLink(scratch.resolve("full.log"), Path.of("/dev/full"));
    LineSink sink = LineSink.open(Optional.of(file));
    sink.write("lost");
    assertThrows(IOException.class, sink::flush);
    Files.delete(file);
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!Files.exists(file) && System.nanoTime() - end < 0) {
      assertThrows(IOException.class, sink::flush); // of what is still for the full disk
    }
    sink.write("kept");
    sink.close();
    assertEquals(List.of("kept"), Files.readAllLines(file));
  }

  @Test
  void aFileThatCannotBeWrittenIsRefused() {
    assertThrows(IOException.class, () -> LineSink.open(Optional.of(scratch)));
  }
}
