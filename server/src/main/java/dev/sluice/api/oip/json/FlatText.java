package dev.sluice.api.oip.json;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.NumberText;
import dev.sluice.api.json.Utf8Text;
import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.InferChecks;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes the elements of one output as a list of JSON values, without its brackets. What is no
 * number in JSON becomes NaN, Infinity or -Infinity, which Python reads.
 */
final class FlatText {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final JsonSink sink;
  private final ServableId id;
  private final String name;
  private final DataType dtype;
  private final MemorySegment data;
  private final long elements;

  FlatText(JsonSink sink, ServableId id, String name, Tensor tensor) {
    this.sink = sink;
    this.id = id;
    this.name = name;
    this.dtype = tensor.dtype();
    this.data = tensor.data();
    this.elements = tensor.shape().elements();
  }

  void write() throws ServingException {
    for (long i = 0; i < elements; i++) {
      if (i > 0) {
        sink.put(',');
      }
      element(i);
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
      case UINT8 -> sink.number(Byte.toUnsignedLong(data.get(BYTE, index)));
      case UINT16 -> sink.number(Short.toUnsignedLong(data.get(SHORT, 2 * index)));
      case UINT32 -> sink.number(Integer.toUnsignedLong(data.get(INT, 4 * index)));
      case UINT64 -> unsigned(data.get(LONG, 8 * index));
      case BOOL -> sink.ascii(data.get(BYTE, index) != 0 ? "true" : "false");
      case STRING -> string(index);
      default ->
          throw InferChecks.invalid(
              id,
              "output %s: %s has no form in JSON; ask for binary data",
              name,
              Datatype.label(dtype));
    }
  }

  private void unsigned(long value) {
    if (value >= 0) {
      sink.number(value);
    } else {
      sink.ascii(Long.toUnsignedString(value));
    }
  }

  private void string(long index) throws ServingException {
    MemorySegment bytes = StringTensors.element(data, elements, index);
    if (!Utf8Text.isValid(bytes)) {
      throw InferChecks.invalid(
          id,
          "output %s: element %d is no UTF-8 and has no form in JSON; ask for binary data",
          name,
          index);
    }
    JsonEscapes.writeQuoted(sink, bytes, 0, (int) bytes.byteSize());
  }
}
