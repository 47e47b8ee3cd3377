package dev.sluice.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class BacklogTest {
  private final Backlog backlog = new Backlog(10);

  @Test
  void aRequestsSpansComeInTogetherOrNotAtAll() {
    assertTrue(backlog.tryEnter(5));
    assertTrue(backlog.tryEnter(4));
    assertFalse(backlog.tryEnter(2));
    assertTrue(backlog.tryEnter(1));
    assertFalse(backlog.tryEnter(1));
    assertEquals(3, backlog.droppedSpans());
  }

  @Test
  void placesAreGivenBack() {
    assertTrue(backlog.tryEnter(10));
    backlog.leave(7);
    assertTrue(backlog.tryEnter(7));
    assertFalse(backlog.tryEnter(1));
  }
}
