package dev.sluice.engine.onnx;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Reads protobuf's wire format from a file, in pieces: what is skipped is not read. Not mapped: a
 * file that shrinks meanwhile would end the process.
 */
final class WireReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int DELIMITED = 2;
  static final int FIXED32 = 5;

  private static final int CHUNK = 64 << 10;
  private static final int MAX_VARINT_BITS = 64;

  private final SeekableByteChannel channel;
  private final long size;

  /** Holds what comes next of the file. */
  private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK).limit(0);

  /** Where the end of the buffer is in the file. */
  private long bufferEnd;

  /** Begins to read at the start of the channel. */
  WireReader(SeekableByteChannel channel) throws IOException {
    this.channel = channel;
    this.size = channel.size();
  }

  /** Returns how many bytes there are. */
  long size() {
    return size;
  }

  /** Returns where the next byte is. */
  long position() {
    return bufferEnd - buffer.remaining();
  }

  /** Goes on at a place further on. */
  void seek(long position) throws IOException {
    long distance = position - position();
    if (distance < 0 || position > size) {
      throw new EOFException("a field ends at byte " + position + " of " + size);
    }
    if (distance <= buffer.remaining()) {
      buffer.position(buffer.position() + (int) distance);
    } else {
      buffer.limit(0);
      channel.position(position);
      bufferEnd = position;
    }
  }

  private byte next() throws IOException {
    if (!buffer.hasRemaining()) {
      buffer.clear();
      int count = channel.read(buffer);
      buffer.flip();
      if (count <= 0) {
        throw new EOFException("the file ends at byte " + bufferEnd);
      }
      bufferEnd += count;
    }
    return buffer.get();
  }

  /** Returns a number, or the tag of the next field: its number x 8 + its wire type. */
  long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
      byte part = next();
      value |= (part & 0x7fL) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw new IOException("a number of more than 10 bytes before byte " + position());
  }

  /** Reads the length of a field and returns where it ends. */
  long end() throws IOException {
    long length = varint();
    long end = position() + length;
    if (length < 0 || end > size || end < 0) {
      throw new EOFException("a field of " + length + " bytes at byte " + position());
    }
    return end;
  }

  /** Reads the length of a text and the text. */
  String text() throws IOException {
    long end = end();
    long length = end - position();
    if (length > CHUNK) {
      throw new IOException("a name of " + length + " bytes at byte " + position());
    }
    byte[] bytes = new byte[(int) length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = next();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Skips the value of a field. */
  void skip(int wireType) throws IOException {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> seek(position() + Long.BYTES);
      case DELIMITED -> seek(end());
      case FIXED32 -> seek(position() + Integer.BYTES);
      default -> throw new IOException("wire type " + wireType + " before byte " + position());
    }
  }
}
