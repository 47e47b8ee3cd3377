package dev.sluice.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFingerprintTest {
  @TempDir Path directory;

  private long before;

  @BeforeEach
  void aVersionWithTwoFiles() throws IOException {
    Files.createDirectories(version().resolve("variables"));
    write("saved_model.pb", "graph");
    write("variables/data", "weights");
    before = fingerprint();
  }

  private Path version() {
    return directory.resolve("1");
  }

  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(version().resolve(name), text);
    return Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000)));
  }

  private long fingerprint() {
    return new DirectoryFingerprint()
        .of(new ModelVersion(new ServableId("m", 1), "tensorflow", version()));
  }

  @Test
  void sameFilesGiveTheSameNumber() throws IOException {
    write("saved_model.pb", "graph");
    assertEquals(before, fingerprint());
  }

  @Test
  void sizeTimeNameAndNumberOfFilesCount() throws IOException {
    write("variables/data", "weights, longer");
    long longer = fingerprint();
    assertNotEquals(before, longer);
    write("variables/data", "weights");
    assertEquals(before, fingerprint());
    Files.setLastModifiedTime(
        version().resolve("variables/data"), FileTime.from(Instant.ofEpochSecond(1_001)));
    assertNotEquals(before, fingerprint());
    write("variables/data", "weights");
    Path added = write("variables/index", "");
    assertNotEquals(before, fingerprint());
    Files.delete(added);
    assertEquals(before, fingerprint());
    Files.move(version().resolve("saved_model.pb"), version().resolve("other.pb"));
    assertNotEquals(before, fingerprint());
  }

  @Test
  void linkedDirectoriesAreFollowed() throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(version().resolve("assets"), elsewhere);
    long linked = fingerprint();
    Files.writeString(elsewhere.resolve("vocabulary"), "a");
    assertNotEquals(linked, fingerprint());
  }

  @Test
  void missingDirectoryAndLoopAreStatesToo() throws IOException {
    Files.createSymbolicLink(version().resolve("loop"), version());
    assertNotEquals(before, fingerprint());
    Files.move(version(), directory.resolve("2"));
    long missing = fingerprint();
    assertNotEquals(before, missing);
    assertEquals(missing, fingerprint());
  }
}
