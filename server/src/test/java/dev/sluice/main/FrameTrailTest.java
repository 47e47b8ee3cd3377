package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameTrailTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private final FrameTrail trail = new FrameTrail(0);

  private static byte[] frame(int type, int flags, int payload) {
    return ByteBuffer.allocate(9 + payload)
        .putInt(payload << 8 | type)
        .put((byte) flags)
        .putInt(1)
        .array();
  }

  private void pass(byte[] bytes) {
    trail.pass(Unpooled.wrappedBuffer(bytes));
  }

  @Test
  void aHeaderBlockIsOpenUntilItsLastFrameHasPassed() {
    pass(frame(HEADERS, 0, 70_000));
    assertTrue(trail.isMidway());
    assertEquals(0, trail.whole());
    pass(frame(CONTINUATION, 0, 0));
    assertTrue(trail.isMidway());
    pass(frame(CONTINUATION, END_HEADERS, 3));
    assertFalse(trail.isMidway());
    assertEquals(1, trail.whole());
    assertEquals(0, trail.dataBytes());
  }

  /** The flag means something else elsewhere. */
  @Test
  void otherFramesOpenNoHeaderBlock() {
    pass(frame(DATA, 0, 0));
    pass(frame(SETTINGS, 0, 6));
    assertFalse(trail.isMidway());
    assertEquals(2, trail.whole());
  }

  @Test
  void aFrameIsMidwayUnlessItHasData() {
    byte[] settings = frame(SETTINGS, 0, 6);
    trail.pass(Unpooled.wrappedBuffer(settings, 0, 14));
    assertTrue(trail.isMidway());
    trail.pass(Unpooled.wrappedBuffer(settings, 14, 1));
    assertFalse(trail.isMidway());

    byte[] data = frame(DATA, 0, 6);
    trail.pass(Unpooled.wrappedBuffer(data, 0, 1));
    assertTrue(trail.isMidway());
    trail.pass(Unpooled.wrappedBuffer(data, 1, 10));
    assertFalse(trail.isMidway());
    assertEquals(2, trail.dataBytes());
    trail.pass(Unpooled.wrappedBuffer(data, 11, 4));
    assertEquals(2, trail.whole());
  }

  @Test
  void whatPrecedesTheFramesIsNone() {
    FrameTrail behind = new FrameTrail(24);
    behind.pass(Unpooled.wrappedBuffer(new byte[10]));
    assertFalse(behind.isMidway());
    behind.pass(Unpooled.wrappedBuffer(new byte[14], frame(HEADERS, 0, 5)));
    assertTrue(behind.isMidway());
  }

  @Test
  void piecesOfAnySizeAreTheSame() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int data = 0;
    int whole = 0;
    for (int i = 0; i < 1000; i++) {
      int payload = random.nextInt(4) == 0 ? 0 : random.nextInt(300);
      switch (random.nextInt(3)) {
        case 0 -> {
          all.writeBytes(frame(DATA, random.nextInt(2), payload));
          data += payload;
        }
        case 1 -> all.writeBytes(frame(SETTINGS, 0, payload));
        default -> {
          all.writeBytes(frame(HEADERS, 0, payload));
          all.writeBytes(frame(CONTINUATION, END_HEADERS, random.nextInt(9)));
        }
      }
      whole++;
    }
    ByteBuf bytes = Unpooled.wrappedBuffer(all.toByteArray());
    while (bytes.isReadable()) {
      int most = random.nextBoolean() ? 5 : 900;
      trail.pass(bytes.readSlice(Math.min(1 + random.nextInt(most), bytes.readableBytes())));
    }
    assertFalse(trail.isMidway(), "seed " + seed);
    assertEquals(data, trail.dataBytes(), "seed " + seed);
    assertEquals(whole, trail.whole(), "seed " + seed);
  }
}
