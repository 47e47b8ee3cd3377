package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;

/** Finds the values of one list of a TensorProto, packed or one by one, in the order sent. */
final class ValueBlocks {
  private ValueBlocks() {}

  /** Takes the values of a list. */
  @FunctionalInterface
  interface Sink {
    /**
     * Reads the next {@code length} bytes, which are whole values; need not read all of them.
     *
     * @throws MalformedMessageException if they are no values of the list
     */
    void read(ProtoReader in, int length) throws MalformedMessageException;
  }

  static void forEach(ProtoReader in, TensorOutline tensor, ValueList list, Sink sink)
      throws MalformedMessageException {
    for (int piece = 0; piece < tensor.pieces(); piece++) {
      in.seek(tensor.pieceStart(piece));
      int outer = in.push(tensor.pieceLength(piece));
      while (in.hasMore()) {
        int tag = in.readTag();
        if (tag == list.blockTag()) {
          read(in, in.readLength(), sink);
        } else if (tag == list.singleTag()) {
          read(in, singleLength(in, list), sink);
        } else {
          in.skipField(tag);
        }
      }
      in.pop(outer);
    }
  }

  private static void read(ProtoReader in, int length, Sink sink) throws MalformedMessageException {
    int end = in.position() + length;
    int outer = in.push(length);
    sink.read(in, length);
    in.seek(end);
    in.pop(outer);
  }

  private static int singleLength(ProtoReader in, ValueList list) throws MalformedMessageException {
    int start = in.position();
    if (list.isVarint()) {
      in.readVarint();
    } else {
      in.skip(list.unit());
    }
    int length = in.position() - start;
    in.seek(start);
    return length;
  }
}
