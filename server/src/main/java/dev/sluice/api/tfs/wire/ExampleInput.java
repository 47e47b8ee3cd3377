package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Where the Examples of a request's Input are in its message (grpc.md §2.2). Each is what becomes
 * one string of the model's input: the context's bytes, if there is one, and then its own.
 */
final class ExampleInput {
  private static final int EXAMPLE_LIST = 1 << 3 | 2;
  private static final int EXAMPLE_LIST_WITH_CONTEXT = 2 << 3 | 2;
  private static final int EXAMPLES = 1 << 3 | 2;
  private static final int CONTEXT = 2 << 3 | 2;

  private final ProtoReader in;
  private final ExampleSyntax syntax;
  private final Spans examples = new Spans();
  private final Spans contexts = new Spans();

  /** The tag of the list that was sent last; a oneof, so that it alone counts. */
  private int kind;

  ExampleInput(ProtoReader in) {
    this.in = in;
    this.syntax = new ExampleSyntax(in);
  }

  /** Reads a field that holds an Input. */
  void merge() throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case EXAMPLE_LIST, EXAMPLE_LIST_WITH_CONTEXT -> list(tag);
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  private void list(int tag) throws MalformedMessageException {
    if (kind != tag) {
      kind = tag;
      examples.clear();
      contexts.clear();
    }
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int field = in.readTag();
      if (field == EXAMPLES) {
        example(examples);
      } else if (field == CONTEXT && kind == EXAMPLE_LIST_WITH_CONTEXT) {
        example(contexts);
      } else {
        in.skipField(field);
      }
    }
    in.pop(outer);
  }

  private void example(Spans spans) throws MalformedMessageException {
    int field = in.position();
    int length = in.readLength();
    int start = in.position();
    spans.add(start, length);
    in.seek(field);
    syntax.example();
  }

  int count() {
    return examples.count;
  }

  /** Returns how many bytes the strings have together. */
  long contentBytes() {
    return examples.bytes + contexts.bytes * examples.count;
  }

  /** Writes the strings into the memory of a string tensor of {@link #count} elements. */
  void copyTo(MemorySegment data) throws MalformedMessageException {
    long content = StringTensors.contentStart(examples.count);
    long written = 0;
    for (int i = 0; i < examples.count; i++) {
      StringTensors.setOffset(data, i, written);
      if (i == 0) {
        copyContext(data, content);
      } else {
        MemorySegment.copy(data, content, data, content + written, contexts.bytes);
      }
      written += contexts.bytes;
      written += copy(examples, i, data, content + written);
    }
    StringTensors.setOffset(data, examples.count, written);
  }

  /** A context that was sent in parts is their concatenation: that is how messages merge. */
  private void copyContext(MemorySegment data, long offset) throws MalformedMessageException {
    for (int part = 0; part < contexts.count; part++) {
      offset += copy(contexts, part, data, offset);
    }
  }

  private int copy(Spans spans, int index, MemorySegment data, long offset)
      throws MalformedMessageException {
    int length = spans.lengths[index];
    in.seek(spans.starts[index]);
    in.copyTo(data, offset, length);
    return length;
  }

  /** Stretches of the message. */
  private static final class Spans {
    private int[] starts = new int[4];
    private int[] lengths = new int[4];
    private int count;
    private long bytes;

    void add(int start, int length) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, 2 * count);
        lengths = Arrays.copyOf(lengths, 2 * count);
      }
      starts[count] = start;
      lengths[count] = length;
      count++;
      bytes += length;
    }

    void clear() {
      count = 0;
      bytes = 0;
    }
  }
}
