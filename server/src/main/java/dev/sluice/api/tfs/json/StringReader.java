package dev.sluice.api.tfs.json;

import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Reads strings and base64 objects, twice: the first pass only sums up how many bytes there are,
 * the second one writes them to the tensor.
 */
final class StringReader extends ElementReader {
  private final byte[] bytes;
  private final @Nullable MemorySegment data;
  private final long contentStart;

  /** Bytes of content so far; the second pass must see the elements in their order. */
  private long length;

  private StringReader(byte[] bytes, @Nullable MemorySegment data, long elements) {
    this.bytes = bytes;
    this.data = data;
    this.contentStart = StringTensors.contentStart(elements);
  }

  /** Returns a reader that only measures. */
  static StringReader measuring(byte[] bytes) {
    return new StringReader(bytes, null, 0);
  }

  /** Returns a reader that writes to the memory of a tensor of {@code elements}. */
  static StringReader writing(byte[] bytes, MemorySegment data, long elements) {
    StringTensors.setOffset(data, 0, 0);
    return new StringReader(bytes, data, elements);
  }

  /** Returns how many bytes of content were read. */
  long length() {
    return length;
  }

  @Override
  int read(int start, long index, long count) {
    int position = start;
    for (long i = 0; i < count; i++) {
      if (i > 0) {
        position = ValueWalk.space(bytes, position);
        if (bytes[position] != ',') {
          return -1;
        }
        position = ValueWalk.space(bytes, position + 1);
      }
      if (!readOne(position, index + i)) {
        return -1;
      }
      position = ValueWalk.end(bytes, position);
    }
    return position;
  }

  private boolean readOne(int position, long index) {
    if (bytes[position] == '"') {
      length +=
          data == null
              ? JsonStrings.decodedLength(bytes, position)
              : JsonStrings.decode(bytes, position, data, contentStart + length)
                  - contentStart
                  - length;
    } else {
      int text = ValueWalk.base64Text(bytes, position);
      int size = text < 0 ? -1 : Base64Text.decode(bytes, text, data, contentStart + length);
      if (size < 0) {
        return false;
      }
      length += size;
    }
    if (data != null) {
      StringTensors.setOffset(data, index + 1, length);
    }
    return true;
  }
}
