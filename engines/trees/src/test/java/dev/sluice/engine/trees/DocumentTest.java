package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class DocumentTest {
  @Test
  void arraysGrowUpToALimit() throws Exception {
    assertEquals(32, Document.grown(16));
    assertEquals(1 << 30, Document.grown(1 << 29));
    ModelFormatException failure =
        assertThrows(ModelFormatException.class, () -> Document.grown(1 << 30));
    assertEquals("an array has more than 1073741824 numbers", failure.getMessage());
  }
}
