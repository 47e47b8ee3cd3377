package dev.sluice.api.json;

import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Reads strings, and base64 objects unless told not to, twice: the first pass only sums up how many
 * bytes there are, the second one writes them to the tensor.
 */
public final class StringReader extends ElementReader {
  private final byte[] bytes;
  private final @Nullable MemorySegment data;
  private final long contentStart;
  private final boolean base64;

  /** Bytes of content so far; the second pass must see the elements in their order. */
  private long length;

  private StringReader(byte[] bytes, @Nullable MemorySegment data, long elements, boolean base64) {
    this.bytes = bytes;
    this.data = data;
    this.base64 = base64;
    this.contentStart = StringTensors.contentStart(elements);
  }

  /** Returns a reader that only measures. */
  public static StringReader measuring(byte[] bytes) {
    return new StringReader(bytes, null, 0, true);
  }

  /** Returns a reader that writes to the memory of a tensor of {@code elements}. */
  public static StringReader writing(byte[] bytes, MemorySegment data, long elements) {
    StringTensors.setOffset(data, 0, 0);
    return new StringReader(bytes, data, elements, true);
  }

  /** Returns a reader that only measures, and knows no base64 objects. */
  public static StringReader measuringText(byte[] bytes) {
    return new StringReader(bytes, null, 0, false);
  }

  /** Returns how many bytes of content were read. */
  public long length() {
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
      position = readOne(position, index + i);
      if (position < 0) {
        return -1;
      }
    }
    return position;
  }

  /** Returns the position behind the string, or -1. */
  private int readOne(int position, long index) {
    int end;
    if (bytes[position] == '"') {
      end = readText(position);
    } else {
      int text = base64 ? ValueWalk.base64Text(bytes, position) : -1;
      int size = text < 0 ? -1 : Base64Text.decode(bytes, text, data, contentStart + length);
      if (size < 0) {
        return -1;
      }
      length += size;
      end = ValueWalk.end(bytes, position);
    }
    if (data != null) {
      StringTensors.setOffset(data, index + 1, length);
    }
    return end;
  }

  private int readText(int quote) {
    int close = JsonStrings.plainEnd(bytes, quote + 1);
    if (bytes[close] != '"') {
      length +=
          data == null
              ? JsonStrings.decodedLength(bytes, quote)
              : JsonStrings.decode(bytes, quote, data, contentStart + length)
                  - contentStart
                  - length;
      return JsonStrings.end(bytes, close - 1);
    }
    int size = close - quote - 1;
    if (data != null) {
      MemorySegment.copy(
          bytes, quote + 1, data, ValueLayout.JAVA_BYTE, contentStart + length, size);
    }
    length += size;
    return close + 1;
  }
}
