package dev.sluice.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VersionSelectionTest {
  private static final Set<Long> FOUND = Set.of(10L, 9L, -3L, 0L);

  private static List<Long> select(VersionSelection selection) {
    return List.copyOf(selection.select(FOUND));
  }

  @Test
  void latestTakesTheHighestNumbers() {
    assertEquals(List.of(10L), select(VersionSelection.DEFAULT));
    assertEquals(List.of(0L, 9L, 10L), select(new VersionSelection.Latest(3)));
    assertEquals(List.of(-3L, 0L, 9L, 10L), select(new VersionSelection.Latest(99)));
    assertEquals(List.of(), List.copyOf(VersionSelection.DEFAULT.select(List.of())));
    assertThrows(IllegalArgumentException.class, () -> new VersionSelection.Latest(0));
  }

  @Test
  void allTakesEveryNumber() {
    assertEquals(List.of(-3L, 0L, 9L, 10L), select(new VersionSelection.All()));
  }

  @Test
  void specificTakesWhatExists() {
    assertEquals(List.of(0L, 9L), select(new VersionSelection.Specific(List.of(9L, 5L, 0L, 9L))));
    assertEquals(List.of(), select(new VersionSelection.Specific(List.of())));
  }

  @Test
  void listedNumbersAreSortedAndUnique() {
    assertEquals(
        new VersionSelection.Specific(List.of(1L, 3L)),
        new VersionSelection.Specific(List.of(3L, 1L, 3L)));
  }
}
