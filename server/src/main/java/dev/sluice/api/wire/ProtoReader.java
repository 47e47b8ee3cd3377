package dev.sluice.api.wire;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads protobuf's wire format from a message that may lie in several buffers.
 *
 * <p>Positions count bytes from the start of the message. Reading stops at a limit, the end of the
 * message being read, which {@link #push} narrows to a nested message and {@link #pop} widens
 * again; what would cross the limit is malformed.
 */
public final class ProtoReader {
  private static final int WIRE_TYPE_BITS = 3;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int START_GROUP = 3;
  private static final int END_GROUP = 4;
  private static final int FIXED32 = 5;

  private static final int LONGEST_VARINT = 10;
  private static final int DEEPEST_GROUP = 100;

  private final MessageBytes message;
  private int limit;

  /* The buffer being read: its number, where it begins in the message, the next byte to read, and
   * where to stop in it: at its end or at the limit, whichever comes first. */
  private int part;
  private ByteBuffer buffer;
  private @Nullable MemorySegment segment;
  private int start;
  private int index;
  private int stop;

  /** Creates a reader of a whole message. */
  public ProtoReader(MessageBytes message) {
    this.message = message;
    this.limit = message.size();
    this.buffer = message.part(0);
    this.stop = buffer.limit();
  }

  /** Returns how many bytes of the message lie before the next one to read. */
  public int position() {
    return start + index;
  }

  /** Returns true if the limit has not been reached. */
  public boolean hasMore() {
    return start + index < limit;
  }

  private int remaining() {
    return limit - start - index;
  }

  /** Moves to a position at or before the limit. */
  public void seek(int position) {
    int target = position - start;
    if (target < 0 || target > buffer.limit()) {
      enter(message.partAt(position));
      target = position - start;
    }
    index = target;
  }

  private void enter(int next) {
    part = next;
    buffer = message.part(next);
    segment = null;
    start = message.partStart(next);
    index = 0;
    stop = Math.min(buffer.limit(), limit - start);
  }

  /** Narrows the limit to the next bytes, which {@link #readLength} has found to be there. */
  public int push(int length) {
    int outer = limit;
    pop(position() + length);
    return outer;
  }

  /** Sets the limit back to what {@link #push} returned. */
  public void pop(int outer) {
    limit = outer;
    stop = Math.min(buffer.limit(), limit - start);
  }

  private void advance() throws MalformedMessageException {
    while (index >= stop) {
      if (!hasMore()) {
        throw new MalformedMessageException();
      }
      enter(part + 1);
    }
  }

  private byte readByte() throws MalformedMessageException {
    if (index >= stop) {
      advance();
    }
    return buffer.get(index++);
  }

  /**
   * Returns a field's number and wire type: 32 bits, what is sent above them counts for nothing.
   */
  public int readTag() throws MalformedMessageException {
    int tag = (int) readVarint();
    if (tag >>> WIRE_TYPE_BITS == 0) {
      throw new MalformedMessageException();
    }
    return tag;
  }

  /** Reads a number of up to ten bytes. */
  public long readVarint() throws MalformedMessageException {
    int at = index;
    if (at >= stop) {
      return readVarintAcross();
    }
    byte next = buffer.get(at++);
    if (next >= 0) {
      index = at;
      return next;
    }
    if (stop - at < LONGEST_VARINT - 1) {
      return readVarintAcross();
    }
    long value = next & 0x7f;
    for (int shift = 7; next < 0; shift += 7) {
      if (shift >= Long.SIZE) {
        throw new MalformedMessageException();
      }
      next = buffer.get(at++);
      value |= (long) (next & 0x7f) << shift;
    }
    index = at;
    return value;
  }

  /** Reads a varint that may end in a later buffer, or not at all. */
  private long readVarintAcross() throws MalformedMessageException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = readByte();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new MalformedMessageException();
  }

  /** Reads four bytes, the lowest first. */
  public int readFixed32() throws MalformedMessageException {
    if (stop - index >= Integer.BYTES) {
      int value = buffer.getInt(index);
      index += Integer.BYTES;
      return value;
    }
    return (int) readFixedAcross(Integer.BYTES);
  }

  /** Reads eight bytes, the lowest first. */
  public long readFixed64() throws MalformedMessageException {
    if (stop - index >= Long.BYTES) {
      long value = buffer.getLong(index);
      index += Long.BYTES;
      return value;
    }
    return readFixedAcross(Long.BYTES);
  }

  private long readFixedAcross(int bytes) throws MalformedMessageException {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (readByte() & 0xffL) << (8 * i);
    }
    return value;
  }

  /** Returns the length of a string, bytes or message field, all of which is there to be read. */
  public int readLength() throws MalformedMessageException {
    long length = readVarint();
    if (length < 0 || length > remaining()) {
      throw new MalformedMessageException();
    }
    return (int) length;
  }

  /** Passes over bytes. */
  public void skip(int length) throws MalformedMessageException {
    if (length <= stop - index) {
      index += length;
    } else if (length <= remaining()) {
      seek(position() + length);
    } else {
      throw new MalformedMessageException();
    }
  }

  /** Skips the value of a field whose tag has just been read. */
  public void skipField(int tag) throws MalformedMessageException {
    skipField(tag, 0);
  }

  private void skipField(int tag, int depth) throws MalformedMessageException {
    switch (tag & 7) {
      case VARINT -> readVarint();
      case FIXED64 -> skip(Long.BYTES);
      case BYTES -> skip(readLength());
      case START_GROUP -> skipGroup(tag >>> WIRE_TYPE_BITS, depth + 1);
      case FIXED32 -> skip(Integer.BYTES);
      default -> throw new MalformedMessageException();
    }
  }

  private void skipGroup(int field, int depth) throws MalformedMessageException {
    if (depth > DEEPEST_GROUP) {
      throw new MalformedMessageException();
    }
    int end = field << WIRE_TYPE_BITS | END_GROUP;
    for (int tag = readTag(); tag != end; tag = readTag()) {
      skipField(tag, depth);
    }
  }

  /** Reads a string field: a length and UTF-8. */
  public String readString() throws MalformedMessageException {
    byte[] bytes = new byte[readLength()];
    boolean ascii = true;
    for (int read = 0; read < bytes.length; ) {
      advance();
      int length = Math.min(bytes.length - read, stop - index);
      buffer.get(index, bytes, read, length);
      index += length;
      read += length;
    }
    for (byte each : bytes) {
      ascii &= each >= 0;
    }
    return ascii ? new String(bytes, StandardCharsets.ISO_8859_1) : strictUtf8(bytes);
  }

  private static String strictUtf8(byte[] bytes) throws MalformedMessageException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedMessageException();
    }
  }

  /** Copies the next bytes, without interpreting them, and moves behind them. */
  public void copyTo(MemorySegment target, long offset, int length)
      throws MalformedMessageException {
    for (int copied = 0; copied < length; ) {
      if (index >= stop) {
        advance();
      }
      int size = Math.min(length - copied, stop - index);
      MemorySegment source = segment;
      if (source == null) {
        source = MemorySegment.ofBuffer(buffer);
        segment = source;
      }
      MemorySegment.copy(source, index, target, offset + copied, size);
      index += size;
      copied += size;
    }
  }
}
