package dev.sluice.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SingleLookTest {
  @TempDir private Path directory;

  private SingleLook look(VersionSelection selection, boolean isModel) {
    return SingleLook.at(new WatchedModel("m", directory, "", selection), path -> isModel);
  }

  private static List<Long> numbers(SingleLook look) {
    return look.versions().stream().map(version -> version.id().version()).toList();
  }

  @Test
  void findsWhatIsWantedAtOnce() throws IOException {
    Files.createDirectory(directory.resolve("1"));
    Files.createDirectory(directory.resolve("2"));
    SingleLook newest = look(VersionSelection.DEFAULT, false);
    assertEquals(List.of(2L), numbers(newest));
    assertEquals(List.of(), newest.complaints());
    SingleLook missing = look(new VersionSelection.Specific(List.of(1L, 7L)), false);
    assertEquals(List.of(1L), numbers(missing));
    assertTrue(missing.complaints().getFirst().contains("Version 7"), missing.toString());
  }

  @Test
  void aModelWithoutVersionsIsVersionOne() {
    assertEquals(List.of(1L), numbers(look(VersionSelection.DEFAULT, true)));
    SingleLook none = look(VersionSelection.DEFAULT, false);
    assertEquals(List.of(), none.versions());
    assertTrue(none.readable());
    assertEquals(1, none.complaints().size());
  }

  @Test
  void whatCannotBeReadIsSaidSo() throws IOException {
    Files.delete(directory);
    SingleLook look = look(VersionSelection.DEFAULT, false);
    assertFalse(look.readable());
    assertTrue(look.complaints().getFirst().contains(directory.toString()), look.toString());
  }
}
