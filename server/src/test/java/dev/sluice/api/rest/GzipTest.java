package dev.sluice.api.rest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class GzipTest {
  private final List<Long> taken = new ArrayList<>();

  private byte @Nullable [] expand(byte[] bytes) throws ServingException {
    return Gzip.expand(bytes, bytes.length, taken::add);
  }

  @Test
  void expandsWhatWasCompressed() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int size : new int[] {0, 1, 2, 1000, 65_536, 1_000_000}) {
      byte[] noise = new byte[size];
      random.nextBytes(noise);
      assertArrayEquals(
          noise, expand(GzipBodies.gzip(noise)), size + " bytes of noise, seed " + seed);
      assertArrayEquals(new byte[size], expand(GzipBodies.gzip(new byte[size])), size + " zeros");
    }
  }

  @Test
  void asksForRoomBeforeItExpands() throws Exception {
    byte[] bytes = GzipBodies.gzip(new byte[1_000_000]);
    expand(bytes);
    assertEquals(List.of(1_000_000L), taken);
    Expansion.Room full =
        size -> {
          throw new ServingException(Code.UNAVAILABLE, "full");
        };
    assertThrows(ServingException.class, () -> Gzip.expand(bytes, bytes.length, full));
  }

  @Test
  void believesNoSizeThatDeflateCannotReach() throws Exception {
    byte[] bytes = GzipBodies.gzip(new byte[10]);
    setSize(bytes, 100 << 20);
    assertNull(expand(bytes));
    assertEquals(List.of(), taken);
  }

  @Test
  void refusesMoreThanTheReferenceExpands() throws Exception {
    byte[] bytes = GzipBodies.gzip(new byte[Gzip.MAX_EXPANDED + 1]);
    assertNull(expand(bytes));
    assertEquals(List.of(), taken);
  }

  @Test
  void refusesASizeThatIsNotTheOneFound() throws Exception {
    for (int size : new int[] {0, 999, 1001, 2000}) {
      byte[] bytes = GzipBodies.gzip(new byte[1000]);
      setSize(bytes, size);
      assertNull(expand(bytes), "size " + size);
    }
  }

  @Test
  void refusesWhatIsCutOrFollowed() throws Exception {
    byte[] bytes =
        GzipBodies.gzip("some text, some text".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    for (int length = 0; length < bytes.length; length++) {
      assertNull(expand(Arrays.copyOf(bytes, length)), "cut to " + length);
    }
    assertNull(expand(Arrays.copyOf(bytes, bytes.length + 1)));
    byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
    System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
    assertNull(expand(twice));
  }

  @Test
  void refusesAWrongChecksum() throws Exception {
    byte[] bytes = GzipBodies.gzip(new byte[100]);
    bytes[bytes.length - 8] ^= 1;
    assertNull(expand(bytes));
  }

  private static void setSize(byte[] gzip, int size) {
    for (int i = 0; i < 4; i++) {
      gzip[gzip.length - 4 + i] = (byte) (size >>> (8 * i));
    }
  }
}
