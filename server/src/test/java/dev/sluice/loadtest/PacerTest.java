package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PacerTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = 5 * SECOND;

  /**
   * Looks at the pacer at each of the times that it asks for, but never before {@code notBefore}.
   */
  private static List<Long> schedule(Pacer pacer, long notBefore) {
    List<Long> intended = new ArrayList<>();
    long now = START;
    while (now != Pacer.NEVER) {
      now = Math.max(now, notBefore);
      now = pacer.due(now, intended::add);
    }
    return intended;
  }

  @Test
  void aLateLookDoesNotMoveTheSchedule() {
    List<Long> punctual = schedule(new OpenPacer(1000, 7, START, START + SECOND), START);
    List<Long> late = schedule(new OpenPacer(1000, 7, START, START + SECOND), START + SECOND - 1);
    assertEquals(punctual, late);
  }

  @Test
  void arrivalsArePoisson() {
    int rate = 20_000;
    List<Long> times = schedule(new OpenPacer(rate, 7, START, START + 5 * SECOND), START);
    int count = times.size();
    // Ten standard deviations of a Poisson count.
    assertEquals(5.0 * rate, count, 10 * Math.sqrt(5.0 * rate));
    int longGaps = 0;
    for (int i = 1; i < count; i++) {
      longGaps += times.get(i) - times.get(i - 1) > SECOND / rate ? 1 : 0;
    }
    // Of exponential gaps exp(-1) are longer than the mean.
    assertEquals(Math.exp(-1), (double) longGaps / count, 0.02);
  }

  @Test
  void aLatePacerBeginsInBursts() {
    List<Long> intended = new ArrayList<>();
    OpenPacer pacer = new OpenPacer(1e6, 7, START, START + SECOND);
    long next = pacer.due(START + SECOND / 2, intended::add);
    assertEquals(OpenPacer.BURST, intended.size());
    assertTrue(next < START + SECOND / 2, "more are due already");
  }

  @Test
  void anOpenLoopIgnoresAnswersAndEnds() {
    List<Long> intended = new ArrayList<>();
    OpenPacer pacer = new OpenPacer(10, 7, START, START + SECOND);
    pacer.ended(START, intended::add);
    assertEquals(List.of(), intended);
    assertFalse(pacer.isOver(START));
    assertTrue(schedule(pacer, START).stream().allMatch(time -> time < START + SECOND));
    assertTrue(pacer.isOver(START + SECOND));
  }

  @Test
  void aClosedLoopSendsWhenItHasItsAnswer() {
    List<Long> intended = new ArrayList<>();
    ClosedPacer pacer = new ClosedPacer(2, START + SECOND);
    assertEquals(Pacer.NEVER, pacer.due(START, intended::add));
    assertEquals(List.of(START, START), intended);
    assertEquals(Pacer.NEVER, pacer.due(START + 1, intended::add));
    pacer.ended(START + 5, intended::add);
    assertEquals(List.of(START, START, START + 5), intended);
    pacer.ended(START + SECOND, intended::add);
    assertEquals(3, intended.size());
    assertTrue(pacer.isOver(START + SECOND));
  }

  @Test
  void sharesAddUp() {
    for (int parts = 1; parts < 8; parts++) {
      int sum = 0;
      for (int i = 0; i < parts; i++) {
        sum += LoadRun.share(17, i, parts);
      }
      assertEquals(17, sum);
    }
  }
}
