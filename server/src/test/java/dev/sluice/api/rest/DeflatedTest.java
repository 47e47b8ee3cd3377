package dev.sluice.api.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DeflatedTest {
  private final List<Long> taken = new ArrayList<>();

  private static byte[] deflate(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(out)) {
      deflate.write(bytes);
    }
    return out.toByteArray();
  }

  private byte @Nullable [] expand(byte[] bytes) throws ServingException {
    return Deflated.expand(bytes, bytes.length, taken::add);
  }

  @Test
  void expandsWhatWasCompressed() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int size : new int[] {0, 1, 2, 1000, 65_536, 1_000_000}) {
      byte[] noise = new byte[size];
      random.nextBytes(noise);
      assertArrayEquals(noise, expand(deflate(noise)), size + " bytes of noise, seed " + seed);
      assertArrayEquals(new byte[size], expand(deflate(new byte[size])), size + " zeros");
    }
  }

  @Test
  void asksForRoomBeforeItHoldsAnything() throws Exception {
    byte[] bytes = deflate(new byte[1_000_000]);
    expand(bytes);
    assertEquals(List.of(1_000_000L), taken);
    Expansion.Room full =
        size -> {
          throw new ServingException(Code.UNAVAILABLE, "full");
        };
    assertThrows(ServingException.class, () -> Deflated.expand(bytes, bytes.length, full));
  }

  @Test
  void whatIsCutOffLongerOrAnotherFormatIsNone() throws Exception {
    byte[] bytes = deflate("a body of some length, a body".getBytes(UTF_8));
    for (int length = 0; length < bytes.length; length++) {
      assertNull(expand(Arrays.copyOf(bytes, length)), length + " bytes");
    }
    assertNull(expand(Arrays.copyOf(bytes, bytes.length + 1)));
    assertNull(expand(GzipBodies.gzip(new byte[10])));
    assertEquals(List.of(), taken);
  }

  @Test
  void whatExpandsToTooMuchIsNone() throws Exception {
    assertNull(expand(deflate(new byte[Gzip.MAX_EXPANDED + 1])));
    assertEquals(List.of(), taken);
  }
}
