package dev.sluice.api.tfs.json;

import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The members {@code context} and {@code examples} of a classify or regress request, as serialized
 * tensorflow.Examples (rest.md §6). Keeps nothing of the body.
 */
public final class JsonExamples {
  private final byte[] encoded;
  private final int contextLength;

  /** Where each example ends in {@code encoded}; the first begins behind the context. */
  private final int[] ends;

  private JsonExamples(byte[] encoded, int contextLength, int[] ends) {
    this.encoded = encoded;
    this.contextLength = contextLength;
    this.ends = ends;
  }

  /**
   * Reads the members.
   *
   * @throws ServingException INVALID_ARGUMENT, in the reference's words, if they are not such
   */
  public static JsonExamples read(JsonBody json) throws ServingException {
    ExampleWriter writer = new ExampleWriter(json.bytes());
    if (json.context() >= 0) {
      writer.write(json.context());
    }
    int contextLength = writer.length();
    if (json.examples() < 0) {
      // The reference says "classify" for regress, too.
      throw json.error("When method is classify, key 'examples' is expected and was not found");
    }
    byte[] bytes = json.bytes();
    if (bytes[json.examples()] != '[') {
      throw json.error("Expecting 'examples' value to be an list/array");
    }
    int[] ends = new int[16];
    int count = 0;
    int position = ValueWalk.space(bytes, json.examples() + 1);
    while (bytes[position] != ']') {
      position = ValueWalk.next(bytes, writer.write(position));
      if (count == ends.length) {
        ends = Arrays.copyOf(ends, 2 * count);
      }
      ends[count++] = writer.length();
    }
    if (count == 0) {
      throw json.error("'examples' value is an empty array");
    }
    return new JsonExamples(writer.toByteArray(), contextLength, Arrays.copyOf(ends, count));
  }

  /** Returns how many examples there are, at least one. */
  public int count() {
    return ends.length;
  }

  /** Returns how many bytes the examples have, each with the context. */
  public long contentBytes() {
    return encoded.length + (long) contextLength * (ends.length - 1);
  }

  /** Writes the examples, each behind the context, into the memory of a string tensor. */
  public void copyTo(MemorySegment data) {
    long content = StringTensors.contentStart(ends.length);
    long written = 0;
    int start = contextLength;
    for (int i = 0; i < ends.length; i++) {
      StringTensors.setOffset(data, i, written);
      copy(0, contextLength, data, content + written);
      written += contextLength;
      copy(start, ends[i] - start, data, content + written);
      written += ends[i] - start;
      start = ends[i];
    }
    StringTensors.setOffset(data, ends.length, written);
  }

  private void copy(int from, int length, MemorySegment data, long offset) {
    MemorySegment.copy(encoded, from, data, ValueLayout.JAVA_BYTE, offset, length);
  }
}
