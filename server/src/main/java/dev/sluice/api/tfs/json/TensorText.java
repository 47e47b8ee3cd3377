package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.NumberText;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Base64;

/** Writes the elements of one output as JSON (rest.md §7.3, §7.4). */
final class TensorText {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final PrettyLayout layout;
  private final JsonSink sink;
  private final DataType dtype;
  private final MemorySegment data;
  private final boolean base64;
  private final long[] dims;
  private final long elements;

  TensorText(PrettyLayout layout, TensorSpec spec, Tensor tensor) {
    this.layout = layout;
    this.sink = layout.sink();
    this.dtype = tensor.dtype();
    this.data = tensor.data();
    this.base64 = spec.name().endsWith("_bytes");
    this.dims = tensor.shape().dims();
    this.elements = tensor.shape().elements();
  }

  /** Writes everything, nested as the shape says. */
  void writeAll() throws ServingException {
    write(0, 0, elements);
  }

  /** Writes one row of the first dimension. */
  void writeRow(long row) throws ServingException {
    long size = elements / dims[0];
    write(1, row * size, size);
  }

  /** Writes the {@code count} elements from {@code first} on, nested from {@code axis} on. */
  void write(int axis, long first, long count) throws ServingException {
    if (axis == dims.length) {
      element(first);
      return;
    }
    layout.open('[');
    elements(axis, first, count);
    layout.close(']', dims[axis] == 0);
  }

  /** Writes what is between the brackets of an array. */
  void elements(int axis, long first, long count) throws ServingException {
    long length = dims[axis];
    long step = length == 0 ? 0 : count / length;
    boolean innermost = axis == dims.length - 1;
    for (long i = 0; i < length; i++) {
      layout.element(i == 0);
      if (innermost) {
        element(first + i);
      } else {
        write(axis + 1, first + i * step, step);
      }
    }
  }

  private void element(long index) throws ServingException {
    switch (dtype) {
      case FLOAT -> NumberText.write(sink, data.get(FLOAT, 4 * index));
      case DOUBLE -> NumberText.write(sink, data.get(DOUBLE, 8 * index));
      case INT64 -> sink.number(data.get(LONG, 8 * index));
      case INT32 -> sink.number(data.get(INT, 4 * index));
      case INT16 -> sink.number(data.get(SHORT, 2 * index));
      case INT8 -> sink.number(data.get(BYTE, index));
      case UINT8 -> sink.number(data.get(BYTE, index) & 0xFF);
      case UINT32 -> sink.number(Integer.toUnsignedLong(data.get(INT, 4 * index)));
      case UINT64 -> unsigned(data.get(LONG, 8 * index));
      case BOOL -> sink.ascii(data.get(BYTE, index) != 0 ? "true" : "false");
      case STRING -> string(index);
      default ->
          throw ServingException.invalidArgument(
              "Failed to write JSON value for tensor type: " + dtype.label());
    }
  }

  private void unsigned(long value) {
    if (value >= 0) {
      sink.number(value);
    } else {
      sink.ascii(Long.toUnsignedString(value));
    }
  }

  private void string(long index) {
    long start = StringTensors.offset(data, index);
    int length = Math.toIntExact(StringTensors.offset(data, index + 1) - start);
    long from = StringTensors.contentStart(elements) + start;
    if (!base64) {
      JsonEscapes.writeQuoted(sink, data, from, length);
      return;
    }
    byte[] raw = new byte[length];
    MemorySegment.copy(data, BYTE, from, raw, 0, length);
    layout.open('{');
    layout.name("b64", true);
    sink.put('"');
    sink.put(Base64.getEncoder().encode(raw));
    sink.put('"');
    layout.close('}', false);
  }
}
