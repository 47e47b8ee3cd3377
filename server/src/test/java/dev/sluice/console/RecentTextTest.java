package dev.sluice.console;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RecentTextTest {
  private long nanos = -1;
  private int made;

  private final RecentText text =
      new RecentText(() -> Integer.toString(++made).getBytes(US_ASCII), () -> nanos);

  private String read() {
    return new String(text.text(), US_ASCII);
  }

  @Test
  void isMadeOnceForAllWhoAskWithinItsAge() {
    assertEquals("1", read());
    nanos += RecentText.MAX_AGE_NANOS - 1;
    assertEquals("1", read());
    assertEquals(1, made);
  }

  @Test
  void isMadeAnewWhenItIsOld() {
    assertEquals("1", read());
    nanos += RecentText.MAX_AGE_NANOS;
    assertEquals("2", read());
  }
}
