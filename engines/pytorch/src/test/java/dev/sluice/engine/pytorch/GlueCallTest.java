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

  @Test
  void whatThereIsNoMemoryForHasNoElements() {
    try (GlueCall call = new GlueCall()) {
      long reference = GlueCall.createForGlue(call.environment(), 1L << 57, Long.BYTES);
      assertEquals(0, GlueCall.length(reference));
      assertThrows(OutOfMemoryError.class, call::check);
      assertDoesNotThrow(call::check);
    }
  }

  @Test
  void nothingIsWrittenBehindAnArray() {
    try (GlueCall call = new GlueCall()) {
      long array = call.longs(new long[] {7, 8});
      long values = GlueCall.elements(call.longs(new long[] {1, 2}));
      GlueTable.setLongArrayRegion(call.environment(), array, 1, 2, values);
      assertArrayEquals(new long[] {7, 8}, GlueCall.longsOf(array));
      GlueTable.setLongArrayRegion(call.environment(), array, 1, 1, values);
      assertArrayEquals(new long[] {7, 1}, GlueCall.longsOf(array));
    }
  }

  @Test
  void messagesAreCut() {
    try (GlueCall call = new GlueCall()) {
      long message = GlueCall.elements(call.string("m".repeat(100_000) + "\u0000"));
      GlueTable.throwNew(call.environment(), 0, message);
      String text = assertThrows(TorchException.class, call::check).text();
      assertEquals("m".repeat(64 << 10), text);
    }
  }
}
