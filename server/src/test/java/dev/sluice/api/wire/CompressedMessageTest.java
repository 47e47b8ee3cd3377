package dev.sluice.api.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.ByteShare;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CompressedMessageTest {
  private final MessageCodec codec = MessageCodec.gzip(10 << 20);
  private final ByteBudget budget = new ByteBudget(10 << 20);
  private final ByteShare share = new ByteShare(budget);
  private boolean closed;

  @AfterEach
  void theTransportHasItsBuffersBackAndNothingIsCharged() {
    assertTrue(closed, "not closed");
    share.close();
    assertEquals(0, budget.held());
  }

  private CompressedMessage compressed(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = codec.compress(out)) {
      gzip.write(bytes);
    }
    return of(out.toByteArray());
  }

  private CompressedMessage of(byte[] wire) throws IOException {
    return new CompressedMessage(
        codec,
        new ByteArrayInputStream(wire) {
          @Override
          public void close() {
            closed = true;
          }
        });
  }

  @Test
  void theBytesComeOutAsTheyWentIn() throws Exception {
    byte[] bytes = new byte[5_000_001];
    new Random(1).nextBytes(bytes);
    MessageBytes expanded = Objects.requireNonNull(compressed(bytes).expand(share, () -> false));
    try (expanded) {
      assertEquals(bytes.length, expanded.size());
      for (int position = 0; position < bytes.length; position += 997) {
        int part = expanded.partAt(position);
        assertEquals(bytes[position], expanded.part(part).get(position - expanded.partStart(part)));
      }
      assertTrue(share.held() >= bytes.length, "charged " + share.held());
    }
  }

  @Test
  void onceItsClientHasLeftNoMoreIsExpanded() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    assertNull(compressed(new byte[8 << 20]).expand(share, () -> steps.incrementAndGet() == 3));
    assertTrue(share.held() <= 256 << 10, "charged " + share.held());
  }

  @Test
  void bytesThatEndEarlyAreNoMessage() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = codec.compress(out)) {
      gzip.write(new byte[1 << 20]);
    }
    CompressedMessage cut = of(Arrays.copyOf(out.toByteArray(), out.size() / 2));
    assertThrows(IOException.class, () -> cut.expand(share, () -> false));
  }

  @Test
  void aSmallOneThatExpandsFarIsKeptForLater() throws Exception {
    MessageBytes kept = compressed(new byte[1 << 20]).expandIfSmall();
    assertTrue(kept.isCompressed());
    assertTrue(kept.size() < 2000, "held " + kept.size());
    try (MessageBytes expanded = kept.expand(share, () -> false)) {
      assertEquals(1 << 20, expanded.size());
    }
  }
}
