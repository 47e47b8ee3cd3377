package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes the values of a TensorProto's list into a tensor's memory; what does not fit is dropped.
 */
final class ValueSinks {
  private ValueSinks() {}

  /** Checks that a list is well formed and drops it. */
  static ValueBlocks.Sink check(ValueList list) {
    return new Varints(DataType.UINT8, MemorySegment.NULL, 0).orFixed(list);
  }

  /** Values of 1, 4 or 8 bytes, whose wire form is their memory form. */
  static final class Fixed implements ValueBlocks.Sink {
    private final ValueList list;
    private final MemorySegment target;
    private long written;

    Fixed(ValueList list, MemorySegment target) {
      this.list = list;
      this.target = target;
    }

    @Override
    public void read(ProtoReader in, int length) throws MalformedMessageException {
      if (length % list.unit() != 0) {
        throw new MalformedMessageException();
      }
      if (list == ValueList.FLOAT8_VAL) {
        written = 0;
      }
      int wanted = (int) Math.min(length, target.byteSize() - written);
      if (wanted == Integer.BYTES) {
        // One unpacked float: a general copy would cost more than all the rest of its path.
        target.set(ValueLayout.JAVA_INT_UNALIGNED, written, in.readFixed32());
      } else {
        in.copyTo(target, written, wanted);
      }
      written += wanted;
    }

    /** Returns how many bytes have been written. */
    long written() {
      return written;
    }
  }

  /** Varints, cut to the width of the element type without a range check (grpc.md §5.1). */
  static final class Varints implements ValueBlocks.Sink {
    private final boolean isBool;
    private final int width;
    private final MemorySegment target;
    private final long wanted;
    private long count;

    Varints(DataType dtype, MemorySegment target, long wanted) {
      this.isBool = dtype == DataType.BOOL;
      this.width = dtype.byteSize();
      this.target = target;
      this.wanted = wanted;
    }

    private ValueBlocks.Sink orFixed(ValueList list) {
      return list.isVarint() ? this : new Fixed(list, target);
    }

    @Override
    public void read(ProtoReader in, int length) throws MalformedMessageException {
      while (in.hasMore()) {
        long value = in.readVarint();
        if (count < wanted) {
          store(isBool && value != 0 ? 1 : value);
          count++;
        }
      }
    }

    private void store(long value) {
      switch (width) {
        case Byte.BYTES -> target.set(ValueLayout.JAVA_BYTE, count, (byte) value);
        case Short.BYTES ->
            target.set(ValueLayout.JAVA_SHORT_UNALIGNED, count * Short.BYTES, (short) value);
        case Integer.BYTES ->
            target.set(ValueLayout.JAVA_INT_UNALIGNED, count * Integer.BYTES, (int) value);
        default -> target.set(ValueLayout.JAVA_LONG_UNALIGNED, count * Long.BYTES, value);
      }
    }

    /** Returns how many values have been written. */
    long count() {
      return count;
    }
  }

  /** Strings, of which the first {@code elements} are wanted. */
  static final class Strings implements ValueBlocks.Sink {
    private final MemorySegment target;
    private final long elements;
    private final long contentStart;
    private long count;
    private long written;

    Strings(MemorySegment target, long elements) {
      this.target = target;
      this.elements = elements;
      this.contentStart = StringTensors.contentStart(elements);
    }

    @Override
    public void read(ProtoReader in, int length) throws MalformedMessageException {
      if (count < elements) {
        StringTensors.setOffset(target, count, written);
        in.copyTo(target, contentStart + written, length);
        count++;
        written += length;
      }
    }

    /** Repeats the last string, or the empty one if there was none, in what is left. */
    void fill(int lastLength) {
      long last = contentStart + written - lastLength;
      for (; count < elements; count++) {
        StringTensors.setOffset(target, count, written);
        MemorySegment.copy(target, last, target, contentStart + written, lastLength);
        written += lastLength;
      }
      StringTensors.setOffset(target, elements, written);
    }
  }
}
