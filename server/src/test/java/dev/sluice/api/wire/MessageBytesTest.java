package dev.sluice.api.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class MessageBytesTest {
  @Test
  void aPlainStreamIsReadWhole() {
    for (int size : new int[] {0, 1, 4095, 4096, 4097, 100_000, 3_000_000}) {
      byte[] bytes = new byte[size];
      for (int i = 0; i < size; i++) {
        bytes[i] = (byte) (i * 31);
      }
      try (MessageBytes message = MessageBytes.take(new ByteArrayInputStream(bytes))) {
        assertEquals(size, message.size());
        for (int position = 0; position < size; position += 997) {
          int part = message.partAt(position);
          assertEquals(bytes[position], message.part(part).get(position - message.partStart(part)));
        }
      }
    }
  }

  @Test
  void aBrokenStreamIsUnreadable() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("corrupt");
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            return read();
          }
        };
    try (MessageBytes message = MessageBytes.take(broken)) {
      assertFalse(message.isReadable());
    }
  }

  @Test
  void positionsAreFoundAcrossEmptyBuffers() {
    MessageBytes message =
        MessageBytes.of(
            ByteBuffer.allocate(0),
            ByteBuffer.allocate(2),
            ByteBuffer.allocate(0),
            ByteBuffer.allocate(3));
    assertTrue(message.isReadable());
    assertEquals(5, message.size());
    assertEquals(3, message.partAt(4));
    assertEquals(1, message.partAt(1));
  }
}
