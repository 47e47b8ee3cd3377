package dev.sluice.loadtest.wire;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of one answer, in an array that the next answer uses again. */
public final class AnswerBytes {
  private static final int FIRST_SIZE = 1024;

  private byte[] bytes = new byte[0];
  private int length;

  /** Forgets the answer and keeps the array. */
  public void clear() {
    length = 0;
  }

  /** Appends what a buffer has to read. */
  void append(ByteBuf part) {
    int size = part.readableBytes();
    reserve(size);
    part.readBytes(bytes, length, size);
    length += size;
  }

  /** Appends bytes. */
  public void append(byte[] part) {
    reserve(part.length);
    System.arraycopy(part, 0, bytes, length, part.length);
    length += part.length;
  }

  /** Appends a stream to its end. */
  void append(InputStream stream) throws IOException {
    reserve(stream.available());
    while (true) {
      int read = stream.read(bytes, length, bytes.length - length);
      if (read < 0) {
        return;
      }
      length += read;
      if (length == bytes.length) {
        reserve(FIRST_SIZE);
      }
    }
  }

  private void reserve(int more) {
    int needed = Math.addExact(length, more);
    if (needed > bytes.length || bytes.length == 0) {
      int doubled = (int) Math.min(Integer.MAX_VALUE - 8L, 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, Math.max(Math.max(needed, doubled), FIRST_SIZE));
    }
  }

  /** Returns how many bytes there are. */
  public int length() {
    return length;
  }

  /** Returns a copy. */
  public byte[] toArray() {
    return Arrays.copyOf(bytes, length);
  }

  /** Returns true if these are the same bytes. */
  public boolean isSameAs(byte[] other) {
    return Arrays.equals(bytes, 0, length, other, 0, other.length);
  }

  /** Returns the bytes as text. */
  public String text() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
