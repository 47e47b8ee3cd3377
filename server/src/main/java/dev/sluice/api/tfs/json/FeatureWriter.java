package dev.sluice.api.tfs.json;

import dev.sluice.api.json.Base64Text;
import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.JsonStrings;
import dev.sluice.api.json.NumberReader;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.ServingException;
import java.lang.foreign.MemorySegment;

/**
 * Turns the value of one member of an example into a tensorflow.Feature: its kind comes from its
 * first element, and all others must be of the same (rest.md §6).
 */
final class FeatureWriter {
  private static final int LIST_VALUE = 1 << 3 | 2;

  /** Kinds of lists, with their field numbers. */
  private enum Kind {
    NONE(0, ""),
    BYTES(1, "bytes"),
    FLOAT(2, "float"),
    INT64(3, "int64");

    private final int field;
    private final String label;

    Kind(int field, String label) {
      this.field = field;
      this.label = label;
    }
  }

  private final byte[] bytes;

  /** Of bytes the list's fields, of numbers the packed values. */
  private final JsonSink values = new JsonSink(256);

  private Kind kind = Kind.NONE;
  private int name;

  /** Creates a writer for values of a checked document. */
  FeatureWriter(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads a member.
   *
   * @param member where its name begins
   * @param value where its value begins
   * @return the position behind it
   */
  int read(int member, int value) throws ServingException {
    name = member;
    kind = Kind.NONE;
    values.clear();
    if (bytes[value] != '[') {
      return element(value);
    }
    int position = ValueWalk.space(bytes, value + 1);
    while (bytes[position] != ']') {
      position = ValueWalk.next(bytes, element(position));
    }
    return position + 1;
  }

  /** Returns the size of the Feature in bytes. */
  int size() {
    return kind == Kind.NONE ? 0 : 1 + Varints.size(listSize()) + listSize();
  }

  private int listSize() {
    int length = values.length();
    return kind == Kind.BYTES ? length : 1 + Varints.size(length) + length;
  }

  /** Writes the Feature; one without any element has no kind and no bytes. */
  void writeTo(JsonSink out) {
    if (kind == Kind.NONE) {
      return;
    }
    out.put(kind.field << 3 | 2);
    Varints.put(out, listSize());
    if (kind != Kind.BYTES) {
      out.put(LIST_VALUE);
      Varints.put(out, values.length());
    }
    out.put(values.array(), 0, values.length());
  }

  /** Reads one element; returns the position behind it. */
  private int element(int position) throws ServingException {
    return switch (bytes[position]) {
      case '"' -> text(position);
      case '{' -> base64(position);
      case 't', 'f' -> truth(position);
      case '[', 'n' -> throw unexpected(position);
      default -> number(position);
    };
  }

  private int text(int quote) throws ServingException {
    become(Kind.BYTES);
    int length = JsonStrings.decodedLength(bytes, quote);
    int start = openValue(length);
    JsonStrings.decode(bytes, quote, MemorySegment.ofArray(values.reserve(length)), start);
    values.setLength(start + length);
    return JsonStrings.end(bytes, quote);
  }

  private int base64(int object) throws ServingException {
    int quote = ValueWalk.base64Text(bytes, object);
    if (quote < 0) {
      throw unexpected(object);
    }
    become(Kind.BYTES);
    int length = Base64Text.decode(bytes, quote, null, 0);
    if (length < 0) {
      throw JsonErrors.base64();
    }
    int start = openValue(length);
    Base64Text.decode(bytes, quote, MemorySegment.ofArray(values.reserve(length)), start);
    values.setLength(start + length);
    return ValueWalk.end(bytes, object);
  }

  private int truth(int position) throws ServingException {
    become(Kind.INT64);
    Varints.put(values, bytes[position] == 't' ? 1 : 0);
    return ValueWalk.scalarEnd(bytes, position);
  }

  /** Writes what is in front of a string's bytes; returns where they go. */
  private int openValue(int length) {
    values.put(LIST_VALUE);
    Varints.put(values, length);
    return values.length();
  }

  private int number(int position) throws ServingException {
    NumberReader reader = new NumberReader(bytes, position);
    if (reader.readInt64()) {
      become(Kind.INT64);
      Varints.put(values, reader.integer);
    } else if (reader.restart().readUint64()) {
      become(Kind.INT64);
      throw ServingException.invalidArgument(
          "Feature: " + featureName() + " has uint64_t element. Only int64_t is supported.");
    } else {
      become(Kind.FLOAT);
      int bits = Float.floatToRawIntBits(reader.restart().readFloat());
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        values.put(bits >>> shift);
      }
    }
    return ValueWalk.scalarEnd(bytes, position);
  }

  private void become(Kind next) throws ServingException {
    if (kind == Kind.NONE) {
      kind = next;
    } else if (kind != next) {
      throw ServingException.invalidArgument(
          "Unexpected element type in feature: "
              + featureName()
              + " expecting type: "
              + kind.label);
    }
  }

  private ServingException unexpected(int position) {
    return ServingException.invalidArgument(
        "Feature: "
            + featureName()
            + " has element with unexpected JSON type: "
            + JsonErrors.typeName(bytes[position]));
  }

  private String featureName() {
    return JsonStrings.text(bytes, name);
  }
}
