package dev.sluice.api.oip.json;

import dev.sluice.api.json.ElementReader;
import dev.sluice.api.json.FloatRuns;
import dev.sluice.api.json.JsonErrors;
import dev.sluice.api.json.ShapeReader;
import dev.sluice.api.json.StringReader;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.InferInputs;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One input on its way from JSON to its tensor. Its values are one list, or lists nested as the
 * shape says.
 *
 * <p>Conversion first assumes that all is well, and writes from the body's bytes straight to tensor
 * memory. Only if it stumbles does a second, slower pass find the element that is to blame.
 */
final class JsonTensor {
  private final InferBody body;
  private final byte[] bytes;
  private final InferInputs inputs;
  private final int index;
  private final Datatype datatype;
  private final Shape shape;
  private final int list;

  JsonTensor(
      InferBody body, InferInputs inputs, int index, Datatype datatype, Shape shape, int list) {
    this.body = body;
    this.bytes = body.bytes();
    this.inputs = inputs;
    this.index = index;
    this.datatype = datatype;
    this.shape = shape;
    this.list = list;
  }

  /** Reads the values into the input's memory. */
  void read() throws ServingException {
    DataType dtype = datatype.type();
    if (datatype != Datatype.BYTES && !ElementReader.holdsExactly(dtype)) {
      throw inputs.invalid(index, "binary data, for " + datatype + " has no form in JSON", "JSON");
    }
    long elements = inputs.elements(index, shape);
    long[] dims = dims(elements);
    if (datatype == Datatype.BYTES) {
      readStrings(elements, dims);
    } else {
      MemorySegment data = allocate(elements * dtype.byteSize());
      read(ElementReader.exact(bytes, dtype, data, body.floats()), dims);
    }
  }

  private void readStrings(long elements, long[] dims) throws ServingException {
    StringReader measured = StringReader.measuringText(bytes);
    read(measured, dims);
    long size = StringTensors.byteSize(elements, measured.length());
    read(StringReader.writing(bytes, allocate(size), elements), dims);
  }

  private MemorySegment allocate(long size) throws ServingException {
    return inputs.allocate(index, datatype, shape, size).data();
  }

  private void read(ElementReader reader, long[] dims) throws ServingException {
    if (reader.readNested(bytes, list, dims, 0, 0) < 0) {
      throw problem();
    }
  }

  /** Returns how the lists are nested; as far as their first elements tell, they are. */
  private long[] dims(long elements) throws ServingException {
    if (bytes[list] != '[') {
      throw inputs.invalid(index, "a list as data", type(list));
    }
    long[] found = ShapeReader.dims(bytes, body.sizes(), list, 0);
    if (found.length == 1) {
      if (found[0] != elements) {
        throw inputs.invalid(
            index, elements + " elements for shape " + shape, Long.toString(found[0]));
      }
      return found;
    }
    if (!Arrays.equals(found, shape.dims())) {
      throw inputs.invalid(index, "data nested as shape " + shape, Shape.of(found).toString());
    }
    if (elements > bytes.length) {
      throw irregular(); // and cost no memory
    }
    return found;
  }

  /** Finds out which element is not as it should be. */
  private ServingException problem() {
    MemorySegment scratch =
        MemorySegment.ofArray(new byte[Math.max(1, datatype.type().byteSize())]);
    long element = 0;
    int depth = 0;
    int position = list;
    do {
      switch (bytes[position]) {
        case '[' -> {
          depth++;
          position = ValueWalk.space(bytes, position + 1);
        }
        case ']' -> {
          depth--;
          position = depth == 0 ? position : ValueWalk.next(bytes, position + 1);
        }
        default -> {
          if (!isElement(position, scratch)) {
            return inputs.invalid(index, expected() + " as element " + element, type(position));
          }
          element++;
          position = ValueWalk.next(bytes, ValueWalk.end(bytes, position));
        }
      }
    } while (depth > 0);
    return irregular();
  }

  private boolean isElement(int position, MemorySegment scratch) {
    ElementReader reader =
        datatype == Datatype.BYTES
            ? StringReader.measuringText(bytes)
            : ElementReader.exact(bytes, datatype.type(), scratch, FloatRuns.NONE);
    return reader.readNested(bytes, position, new long[0], 0, 0) >= 0;
  }

  private String expected() {
    return switch (datatype) {
      case BYTES -> "a string";
      case BOOL -> "true or false";
      case FP16, FP32, FP64, BF16 -> "a number";
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 ->
          "a whole number that " + datatype + " can hold";
    };
  }

  private ServingException irregular() {
    return inputs.invalid(index, "data nested as shape " + shape, "lists of other lengths");
  }

  private String type(int position) {
    return JsonErrors.typeName(bytes[position]);
  }
}
