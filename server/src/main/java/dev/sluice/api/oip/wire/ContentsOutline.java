package dev.sluice.api.oip.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the lists of an InferTensorContents are, and how long; it may come in several pieces. */
final class ContentsOutline {
  private int[] starts = new int[1];
  private int[] lengths = new int[1];
  private int pieces;

  /** By list: the bytes of its values, without tags and lengths. */
  private final long[] bytes = new long[ContentsList.values().length];

  private long strings;

  /** Takes the values of a list. */
  @FunctionalInterface
  interface Sink {
    /** Reads the next {@code length} bytes, which are whole values: all of them. */
    void read(ProtoReader in, int length) throws MalformedMessageException;
  }

  /** Looks through a field that holds a piece. */
  void add(ProtoReader in) throws MalformedMessageException {
    int length = in.readLength();
    if (pieces == starts.length) {
      starts = Arrays.copyOf(starts, 2 * pieces);
      lengths = Arrays.copyOf(lengths, 2 * pieces);
    }
    starts[pieces] = in.position();
    lengths[pieces++] = length;
    int outer = in.push(length);
    while (in.hasMore()) {
      int tag = in.readTag();
      ContentsList list = ContentsList.ofTag(tag);
      if (list == null) {
        in.skipField(tag);
      } else {
        count(in, list, tag);
      }
    }
    in.pop(outer);
  }

  private void count(ProtoReader in, ContentsList list, int tag) throws MalformedMessageException {
    int length = valueLength(in, list, tag);
    if (list.unit() > 0 && length % list.unit() != 0) {
      throw new MalformedMessageException();
    }
    in.skip(length);
    bytes[list.place()] += length;
    strings += list == ContentsList.BYTES ? 1 : 0;
  }

  /** Returns the length of a block or a single value, which is then read next. */
  private static int valueLength(ProtoReader in, ContentsList list, int tag)
      throws MalformedMessageException {
    if (tag == list.blockTag()) {
      return in.readLength();
    }
    if (list.unit() > 0) {
      return list.unit();
    }
    int start = in.position();
    in.readVarint();
    int length = in.position() - start;
    in.seek(start);
    return length;
  }

  /** Returns how many bytes the values of a list have. */
  long bytes(ContentsList list) {
    return bytes[list.place()];
  }

  /** Returns how many elements of BYTES there are. */
  long strings() {
    return strings;
  }

  /** Returns the names of the lists with values, but for one. */
  List<String> others(@Nullable ContentsList but) {
    List<String> others = new ArrayList<>();
    for (ContentsList list : ContentsList.values()) {
      if (list != but && (bytes[list.place()] > 0 || (list == ContentsList.BYTES && strings > 0))) {
        others.add(list.label());
      }
    }
    return others;
  }

  /** Reads the values of a list, block by block. */
  void forEach(ProtoReader in, ContentsList list, Sink sink) throws MalformedMessageException {
    for (int piece = 0; piece < pieces; piece++) {
      in.seek(starts[piece]);
      int outer = in.push(lengths[piece]);
      while (in.hasMore()) {
        int tag = in.readTag();
        if (ContentsList.ofTag(tag) == list) {
          int length = valueLength(in, list, tag);
          int whole = in.push(length);
          sink.read(in, length);
          in.pop(whole);
        } else {
          in.skipField(tag);
        }
      }
      in.pop(outer);
    }
  }
}
