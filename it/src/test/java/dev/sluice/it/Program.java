package dev.sluice.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program of the system that judges what Sluice gives. CI has them all; elsewhere a test that
 * needs one that is missing is skipped.
 *
 * @param path where it is
 */
record Program(Path path) {
  /** Set where a missing program is a failure. */
  private static final boolean REQUIRED = Boolean.getBoolean("sluice.it.allPrograms");

  /** What a program printed, and how it ended. */
  record Outcome(int status, String output) {}

  /**
   * Finds a program on the PATH, or skips the test.
   *
   * @param debianPackage which package brings it, for who is told that it is missing
   */
  static Program find(String name, String debianPackage) {
    List<Program> found = all(name);
    if (found.isEmpty()) {
      throw missing(name + " is not on the PATH; the package " + debianPackage + " brings it");
    }
    return found.getFirst();
  }

  /** Returns all programs of a name on the PATH, in its order. */
  static List<Program> all(String name) {
    String search = System.getenv().getOrDefault("PATH", "");
    return Stream.of(search.split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Program::new)
        .toList();
  }

  /** Skips the test for want of something, or fails it where nothing may be missing. */
  static AssertionError missing(String what) {
    assumeTrue(REQUIRED, what);
    return new AssertionError(what);
  }

  /** Runs it to its end. */
  Outcome run(String input, String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (OutputStream in = process.getOutputStream()) {
                    in.write(input.getBytes(StandardCharsets.UTF_8));
                  } catch (IOException e) {
                    // It has ended without reading all; its status says whether that was right.
                  }
                });
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(path + " does not end; it printed:\n" + output);
    }
    writer.join();
    return new Outcome(process.exitValue(), output);
  }

  /** Starts it, with its errors among its output. */
  Process start(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(path.toString()));
    line.addAll(List.of(arguments));
    return new ProcessBuilder(line).redirectErrorStream(true).start();
  }
}
