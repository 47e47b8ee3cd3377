package dev.sluice.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionDirectoriesTest {
  @TempDir Path base;

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "00000123, 123",
    "+8, 8",
    "-9, -9",
    "-0, 0",
    "' 11', 11",
    "'12 ', 12",
    "'\t\r 13\n', 13",
    "20240131235959, 20240131235959",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808",
    "000000000000000000000000000000000005, 5"
  })
  void numbersAreRead(String name, long expected) {
    assertEquals(OptionalLong.of(expected), VersionDirectories.parse(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "+",
        "-",
        "+-5",
        "- 5",
        "1.0",
        "v1",
        "1.denied",
        "tmp",
        "1_000",
        "0x10",
        "1e3",
        "13.tmp",
        ".14",
        "9223372036854775808",
        "-9223372036854775809",
        "٣",
        "1 2",
        "5\u00a0"
      })
  void otherNamesAreNoVersions(String name) {
    assertEquals(OptionalLong.empty(), VersionDirectories.parse(name));
  }

  @Test
  void plainNameBeatsLeadingZeros() throws IOException {
    Files.createDirectory(base.resolve("05"));
    Files.createDirectory(base.resolve("5"));
    Files.createDirectory(base.resolve("005"));
    VersionDirectories.Found found = VersionDirectories.list(base);
    assertEquals(base.resolve("5"), found.paths().get(5L));
    assertEquals(List.of(base.resolve("005"), base.resolve("05")), found.shadowed());
  }

  @Test
  void filesAndLinksCountByTheirName() throws IOException {
    Path elsewhere = Files.createDirectory(base.resolve("elsewhere"));
    Files.createFile(base.resolve("1"));
    Files.createSymbolicLink(base.resolve("2"), elsewhere);
    assertEquals(Set.of(1L, 2L), VersionDirectories.list(base).paths().keySet());
  }

  @Test
  void linkAsBasePathIsFollowed() throws IOException {
    Path real = Files.createDirectory(base.resolve("real"));
    Files.createDirectory(real.resolve("7"));
    Path link = Files.createSymbolicLink(base.resolve("link"), real);
    assertEquals(Set.of(7L), VersionDirectories.list(link).paths().keySet());
  }

  @Test
  void missingBasePathIsAnError() throws IOException {
    assertThrows(NoSuchFileException.class, () -> VersionDirectories.list(base.resolve("absent")));
    Path file = Files.createFile(base.resolve("file"));
    assertThrows(NotDirectoryException.class, () -> VersionDirectories.list(file));
  }
}
