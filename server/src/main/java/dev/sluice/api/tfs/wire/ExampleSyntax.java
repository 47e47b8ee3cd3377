package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;

/**
 * Checks that bytes are a tensorflow.Example (grpc.md §2.13), as a parser would that then drops
 * what it parsed. The model gets the bytes as they came.
 */
final class ExampleSyntax {
  private static final int FEATURES = 1 << 3 | 2;
  private static final int FEATURE_ENTRY = 1 << 3 | 2;
  private static final int ENTRY_KEY = 1 << 3 | 2;
  private static final int ENTRY_VALUE = 2 << 3 | 2;
  private static final int BYTES_LIST = 1 << 3 | 2;
  private static final int FLOAT_LIST = 2 << 3 | 2;
  private static final int INT64_LIST = 3 << 3 | 2;
  private static final int PACKED_VALUES = 1 << 3 | 2;

  private final ProtoReader in;

  ExampleSyntax(ProtoReader in) {
    this.in = in;
  }

  /** Reads a field that holds an Example. */
  void example() throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      if (tag == FEATURES) {
        features();
      } else {
        in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  private void features() throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      if (tag == FEATURE_ENTRY) {
        entry();
      } else {
        in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  private void entry() throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case ENTRY_KEY -> in.readString(); // for its UTF-8
        case ENTRY_VALUE -> feature();
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  private void feature() throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case BYTES_LIST, FLOAT_LIST, INT64_LIST -> list(tag);
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  private void list(int kind) throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      if (tag == PACKED_VALUES && kind == FLOAT_LIST) {
        floats();
      } else if (tag == PACKED_VALUES && kind == INT64_LIST) {
        varints();
      } else {
        in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  private void floats() throws MalformedMessageException {
    int length = in.readLength();
    if (length % Float.BYTES != 0) {
      throw new MalformedMessageException();
    }
    in.skip(length);
  }

  private void varints() throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      in.readVarint();
    }
    in.pop(outer);
  }
}
