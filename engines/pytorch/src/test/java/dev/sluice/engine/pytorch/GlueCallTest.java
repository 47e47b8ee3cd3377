package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class GlueCallTest {
  @Test
  void stringsKeepTheirBytes() {
    try (GlueCall call = new GlueCall()) {
      long reference = call.string("é\u0000x");
      assertEquals(4, GlueCall.length(reference));
      assertEquals("é\u0000x", GlueCall.stringOf(reference));
      assertEquals("", GlueCall.stringOf(call.string("")));
    }
  }

  @Test
  void arraysKeepTheirElements() {
    try (GlueCall call = new GlueCall()) {
      long[] values = {1, -1, Long.MIN_VALUE};
      assertArrayEquals(values, GlueCall.longsOf(call.longs(values)));
      assertArrayEquals(new long[0], GlueCall.longsOf(call.longs(new long[0])));
      assertArrayEquals(new long[0], GlueCall.longsOf(0));
      long ints = call.ints(7, -8);
      assertEquals(2, GlueCall.length(ints));
      assertEquals(7, NativeMemory.getInt(GlueCall.elements(ints)));
      assertEquals(-8, NativeMemory.getInt(GlueCall.elements(ints) + Integer.BYTES));
    }
  }

  @Test
  void firstOfWhatIsThrownCountsOnce() {
    try (GlueCall call = new GlueCall()) {
      assertDoesNotThrow(call::check);
      GlueCall.thrown(call.environment(), call.string("first"));
      GlueCall.thrown(call.environment(), call.string("second"));
      assertEquals("first", assertThrows(TorchException.class, call::check).text());
      assertDoesNotThrow(call::check);
    }
  }
}
