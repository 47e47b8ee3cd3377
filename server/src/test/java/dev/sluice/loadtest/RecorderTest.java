package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.loadtest.report.ErrorCount;
import dev.sluice.loadtest.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RecorderTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;

  /** Near the wrap of the clock, as nanoTime may be. */
  private static final long START = Long.sum(Long.MAX_VALUE, -SECOND);

  @Test
  void percentilesAreThoseOfTheLatencies() {
    Recorder recorder = new Recorder(START);
    for (int i = 1; i <= 1000; i++) {
      recorder.right(START, START + i * MILLI);
    }
    assertEquals(1000, recorder.right());
    assertNear(500 * MILLI, recorder.latencies().p50(), MILLI);
    assertNear(900 * MILLI, recorder.latencies().p90(), MILLI);
    assertNear(990 * MILLI, recorder.latencies().p99(), MILLI);
    assertNear(999 * MILLI, recorder.latencies().p999(), MILLI);
    assertEquals(1000 * MILLI, recorder.latencies().max());
    assertEquals(START + 1000 * MILLI, recorder.lastEnd());
  }

  @Test
  void warmUpDoesNotCountEvenIfItEndsLater() {
    Recorder recorder = new Recorder(START);
    recorder.began(START - 1, START);
    recorder.right(START - 1, START + SECOND);
    recorder.wrong(START - 1, START + SECOND, "off");
    recorder.failed(START - 1, START + SECOND, Outcome.UNFINISHED);
    assertEquals(0, recorder.right());
    assertEquals(0, recorder.failed());
    assertEquals(0, recorder.latencies().count());
    assertEquals(START, recorder.lastEnd());
  }

  @Test
  void failuresAreCountedByCodeWithTheirFirstDetail() {
    Recorder recorder = new Recorder(START);
    recorder.failed(START, START + 5, new Outcome("HTTP 503", "full", true));
    recorder.failed(START, START + 9, new Outcome("HTTP 503", "again", true));
    recorder.wrong(START, START + MILLI, "other values");
    assertEquals(
        List.of(new ErrorCount("HTTP 503", 2, "full"), new ErrorCount("WRONG", 1, "other values")),
        recorder.failures());
    assertEquals(1, recorder.latencies().count(), "a refusal is quick, and no answer");
    assertEquals(3, recorder.failed());
  }

  @Test
  void whatIsNotFinishedCountsWithTheTimeItHasWaited() {
    Recorder recorder = new Recorder(START);
    recorder.failed(START, START + 3 * SECOND, Outcome.UNFINISHED);
    assertEquals(3 * SECOND, recorder.latencies().max());
    assertEquals(1, recorder.failed());
  }

  @Test
  void sumsOfLoopsHaveEverything() {
    Recorder one = new Recorder(START);
    one.right(START, START + MILLI);
    one.failed(START, START + MILLI, new Outcome("UNAVAILABLE", "a", false));
    Recorder two = new Recorder(START);
    two.right(START, START + 3 * MILLI);
    two.began(START, START + 2 * MILLI);
    two.failed(START, START + MILLI, new Outcome("UNAVAILABLE", "b", false));
    Recorder sum = new Recorder(START);
    sum.add(one);
    sum.add(two);
    assertEquals(2, sum.right());
    assertEquals(List.of(new ErrorCount("UNAVAILABLE", 2, "a")), sum.failures());
    assertEquals(3 * MILLI, sum.latencies().max());
    assertEquals(START + 3 * MILLI, sum.lastEnd());
    assertNear(2 * MILLI, sum.delay99(), MILLI / 100);
  }

  /**
   * A server that answers in 1 ms, one request after the other, and stands still for a second: in
   * an open loop all that was due meanwhile has waited, in a closed loop one request has.
   */
  @Test
  void aStallCountsForEveryRequestThatWasDue() {
    Recorder open = new Recorder(START);
    OpenPacer pacer = new OpenPacer(100, 3, START, START + 10 * SECOND);
    List<Long> due = new ArrayList<>();
    for (long at = START; at != Pacer.NEVER; at = pacer.due(at, due::add)) {}
    long free = START;
    long waited = 0;
    for (long intended : due) {
      long begun = free - intended > 0 ? free : intended;
      free = afterStall(begun) + MILLI;
      open.right(intended, free);
      waited += intended - START >= 4 * SECOND && intended - START < 5 * SECOND ? 1 : 0;
    }
    Recorder closed = new Recorder(START);
    for (long intended = START; intended - START < 10 * SECOND; ) {
      long now = afterStall(intended) + MILLI;
      closed.right(intended, now);
      intended = now;
    }
    // A tenth of the requests met the stall, half of them for more than half a second.
    assertNear(due.size() / 10, waited, 40);
    assertNear(900 * MILLI, open.latencies().p99(), 200 * MILLI);
    assertNear(MILLI, closed.latencies().p99(), MILLI / 100);
  }

  private static void assertNear(long expected, long found, long tolerance) {
    assertTrue(Math.abs(expected - found) <= tolerance, () -> expected + " and " + found);
  }

  /** Returns when a server that stands still during the fifth second gets to a request. */
  private static long afterStall(long now) {
    long since = now - START;
    return since >= 4 * SECOND && since < 5 * SECOND ? START + 5 * SECOND : now;
  }
}
