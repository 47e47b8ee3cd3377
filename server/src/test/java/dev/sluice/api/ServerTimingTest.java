package dev.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.telemetry.TestRecord;
import org.junit.jupiter.api.Test;

final class ServerTimingTest {
  private static final TestRecord RAN = TestRecord.ok(Entrypoint.REST, Api.PREDICT, 1_000);

  @Test
  void timesAreMilliseconds() {
    assertEquals(
        "decode;dur=0.010, queue;dur=0.020, engine;dur=0.300, encode;dur=1.670, total;dur=2.000",
        ServerTiming.value(RAN, 2_001_000));
  }

  @Test
  void millisAreRoundedToMicroseconds() {
    assertEquals("0.000", millis(499));
    assertEquals("0.001", millis(500));
    assertEquals("1.000", millis(999_500));
    assertEquals("12345.678", millis(12_345_678_499L));
  }

  private static String millis(long nanos) {
    StringBuilder text = new StringBuilder();
    ServerTiming.appendMillis(text, nanos);
    return text.toString();
  }

  @Test
  void anyValueAsksButThoseThatSayNo() {
    assertTrue(ServerTiming.isAsked("1"));
    assertTrue(ServerTiming.isAsked("true"));
    assertTrue(ServerTiming.isAsked("request"));
    assertFalse(ServerTiming.isAsked("0"));
    assertFalse(ServerTiming.isAsked("False"));
    assertFalse(ServerTiming.isAsked(""));
  }
}
