package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.tensor.Shape;
import java.util.Arrays;

/**
 * What a TensorProto says before its values are read: type, dimensions, and where the values are.
 *
 * <p>A scan over the message's fields, which may come in any order and more than once: dimensions
 * then add up, other single fields take the last value, as protobuf merges messages.
 */
final class TensorOutline {
  private static final int DTYPE = 1 << 3;
  private static final int SHAPE = 2 << 3 | 2;
  private static final int CONTENT = 4 << 3 | 2;
  private static final int STRING_VAL = 8 << 3 | 2;

  private static final int SHAPE_DIM = 2 << 3 | 2;
  private static final int DIM_SIZE = 1 << 3;
  private static final int DIM_NAME = 2 << 3 | 2;

  private static final int LARGEST_LIST_FIELD = 18;

  private int dtype;
  private long[] dims = {};
  private int rank;
  private int contentPosition;
  private int contentLength;
  private int strings;
  private long stringBytes;
  private int lastStringLength;
  private int listFields;
  private int[] ranges = {};
  private int pieces;

  /** Reads the next {@code length} bytes, a TensorProto or a further piece of it. */
  void merge(ProtoReader in, int length) throws MalformedMessageException {
    if (length > 0) {
      addPiece(in.position(), length);
    }
    int outer = in.push(length);
    while (in.hasMore()) {
      mergeField(in, in.readTag());
    }
    in.pop(outer);
  }

  private void addPiece(int position, int length) {
    if (2 * pieces == ranges.length) {
      ranges = Arrays.copyOf(ranges, Math.max(2, 2 * ranges.length));
    }
    ranges[2 * pieces] = position;
    ranges[2 * pieces + 1] = length;
    pieces++;
  }

  private void mergeField(ProtoReader in, int tag) throws MalformedMessageException {
    switch (tag) {
      case DTYPE -> dtype = (int) in.readVarint();
      case SHAPE -> mergeShape(in);
      case CONTENT -> {
        contentLength = in.readLength();
        contentPosition = in.position();
        in.skip(contentLength);
      }
      case STRING_VAL -> {
        lastStringLength = in.readLength();
        strings++;
        stringBytes += lastStringLength;
        in.skip(lastStringLength);
      }
      default -> {
        int field = tag >>> 3;
        if (field <= LARGEST_LIST_FIELD) {
          listFields |= 1 << field;
        }
        in.skipField(tag);
      }
    }
  }

  private void mergeShape(ProtoReader in) throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      if (tag == SHAPE_DIM) {
        addDim(readDim(in));
      } else {
        // unknown_rank too: it means "the listed dims" (grpc.md §5.1).
        in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  private static long readDim(ProtoReader in) throws MalformedMessageException {
    int outer = in.push(in.readLength());
    long size = 0;
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case DIM_SIZE -> size = in.readVarint();
        case DIM_NAME -> in.readString();
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
    return size;
  }

  private void addDim(long size) {
    if (rank == dims.length) {
      dims = Arrays.copyOf(dims, Math.max(4, 2 * rank));
    }
    dims[rank++] = size;
  }

  /** Returns the number of the element type, which may be none of a DataType. */
  int dtype() {
    return dtype;
  }

  /** Returns how many dimensions are listed. */
  int rank() {
    return rank;
  }

  /** Returns the listed dimensions, which may be negative. */
  Shape shape() {
    return Shape.owning(Arrays.copyOf(dims, rank));
  }

  int contentPosition() {
    return contentPosition;
  }

  /** Returns the size of tensor_content; 0 if there is none. */
  int contentLength() {
    return contentLength;
  }

  /** Returns how many string values there are. */
  int strings() {
    return strings;
  }

  /** Returns the sum of the lengths of all string values. */
  long stringBytes() {
    return stringBytes;
  }

  int lastStringLength() {
    return lastStringLength;
  }

  /** Returns true if a list occurs; never said of string values. */
  boolean has(ValueList list) {
    return (listFields & 1 << list.field()) != 0;
  }

  /**
   * Returns how many pieces that hold something the message has; 0 or 1 but for curious clients.
   */
  int pieces() {
    return pieces;
  }

  int pieceStart(int piece) {
    return ranges[2 * piece];
  }

  int pieceLength(int piece) {
    return ranges[2 * piece + 1];
  }
}
