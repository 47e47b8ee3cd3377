package dev.sluice.engine.natives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PrivateDirectoryTest {
  @TempDir private Path temporary;

  @Test
  void isCreatedForThisUserAloneAndFoundAgain() throws IOException {
    Path directory = PrivateDirectory.of(temporary.resolve("sluice"));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    assertTrue(directory.getFileName().toString().matches("sluice-[0-9]+"), directory::toString);
    assertEquals(directory, PrivateDirectory.of(temporary.resolve("sluice")));
  }

  @Test
  void whatOthersCanWriteToIsRefused() throws IOException {
    Path directory = PrivateDirectory.of(temporary.resolve("sluice"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThrows(IOException.class, () -> PrivateDirectory.of(temporary.resolve("sluice")));
  }

  @Test
  void aLinkIsRefused() throws IOException {
    Path directory = PrivateDirectory.of(temporary.resolve("sluice"));
    Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
    Files.delete(directory);
    Files.createSymbolicLink(directory, elsewhere);
    assertThrows(IOException.class, () -> PrivateDirectory.of(temporary.resolve("sluice")));
  }
}
