package dev.sluice.engine.trees;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file front to back, byte by byte, with a look ahead. */
final class ByteReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  /** What a read at the end of the file gives. */
  static final int END = -1;

  private final InputStream in;
  private final long size;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int limit;
  private long buffered;

  private ByteReader(InputStream in, long size) {
    this.in = in;
    this.size = size;
  }

  static ByteReader open(Path file) throws IOException {
    return new ByteReader(Files.newInputStream(file), Files.size(file));
  }

  /** Returns the next byte, or {@link #END}. */
  int next() throws IOException {
    return at < limit || fill() ? buffer[at++] & 0xff : END;
  }

  /** Returns the next byte without taking it, or {@link #END}. */
  int peek() throws IOException {
    return at < limit || fill() ? buffer[at] & 0xff : END;
  }

  /** Returns the next byte of a file that must not end here. */
  int require() throws IOException {
    int value = next();
    if (value == END) {
      throw new ModelFormatException("the file ends within the model, at byte " + position());
    }
    return value;
  }

  /** Returns a signed number of so many bytes, the most significant one first. */
  long bigEndian(int bytes) throws IOException {
    long value = (byte) require();
    for (int i = 1; i < bytes; i++) {
      value = value << 8 | require();
    }
    return value;
  }

  private boolean fill() throws IOException {
    int count = in.read(buffer);
    at = 0;
    limit = Math.max(0, count);
    buffered += limit;
    return limit > 0;
  }

  /** Returns how many bytes have been taken. */
  long position() {
    return buffered - limit + at;
  }

  /** Returns how many bytes are left. */
  long left() {
    return size - position();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
