package dev.sluice.api.json;

import java.util.Arrays;

/** Bytes that grow as they are written; reusable after {@link #clear}. Not thread-safe. */
public final class JsonSink {
  /** What the virtual machine allows for an array. */
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  private byte[] array;
  private int length;

  /** Creates an empty sink with room for {@code capacity} bytes. */
  public JsonSink(int capacity) {
    array = new byte[Math.max(capacity, 16)];
  }

  /** Returns the memory, of which the first {@link #length} bytes count; valid until a write. */
  public byte[] array() {
    return array;
  }

  /** Returns the number of bytes written. */
  public int length() {
    return length;
  }

  /** Forgets what was written and keeps the memory. */
  public void clear() {
    length = 0;
  }

  /** Returns a copy of what was written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(array, length);
  }

  /** Makes room for {@code count} more bytes and returns the array to write them to. */
  public byte[] reserve(int count) {
    if (array.length - length < count) {
      grow(count);
    }
    return array;
  }

  /** Says that {@code end} is the end of what was written to the reserved array. */
  public void setLength(int end) {
    length = end;
  }

  /** Appends one byte. */
  public void put(int value) {
    reserve(1)[length++] = (byte) value;
  }

  /** Appends bytes. */
  public void put(byte[] source) {
    put(source, 0, source.length);
  }

  /** Appends a part of some bytes. */
  public void put(byte[] source, int from, int count) {
    System.arraycopy(source, from, reserve(count), length, count);
    length += count;
  }

  /** Writes a text of ASCII characters. */
  public void ascii(String text) {
    byte[] to = reserve(text.length());
    for (int i = 0; i < text.length(); i++) {
      to[length++] = (byte) text.charAt(i);
    }
  }

  /** Writes a whole number in base ten. */
  public void number(long value) {
    byte[] to = reserve(20);
    if (value == Long.MIN_VALUE) {
      ascii("-9223372036854775808");
      return;
    }
    if (value < 0) {
      to[length++] = '-';
    }
    length = Decimals.write(to, length, Math.abs(value));
  }

  private void grow(int count) {
    long wanted = (long) length + count;
    if (wanted > LARGEST) {
      throw new OutOfMemoryError("a JSON text of more than " + LARGEST + " bytes");
    }
    array = Arrays.copyOf(array, (int) Math.min(LARGEST, Math.max(wanted, 2L * array.length)));
  }
}
