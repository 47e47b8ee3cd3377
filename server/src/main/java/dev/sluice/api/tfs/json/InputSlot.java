package dev.sluice.api.tfs.json;

import dev.sluice.api.json.ElementReader;
import dev.sluice.api.json.NumericReader;
import dev.sluice.api.json.ShapeReader;
import dev.sluice.api.json.StringReader;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One input on its way from JSON to its tensor: shape, memory and reader. */
final class InputSlot {
  private final JsonBody body;
  private final InputSink sink;
  private final int index;
  private final @Nullable DataType dtype;
  private final boolean reference;

  private long[] dims = {};
  private long elements;

  /** Null before the shape is known. */
  private @Nullable ElementReader reader;

  InputSlot(JsonBody body, InputSink sink, int index, TensorSpec spec) {
    this.body = body;
    this.sink = sink;
    this.index = index;
    this.dtype = spec.dtype();
    this.reference = spec.reference();
  }

  boolean isString() {
    return dtype == DataType.STRING && !reference;
  }

  /**
   * Reads a value that is all of the input.
   *
   * @return the position behind it, or -1 if it is not what the input wants
   */
  int readWhole(int position) {
    if (!begin(ShapeReader.dims(body.bytes(), body.sizes(), position, 0))) {
      return -1;
    }
    int end = read(position, 0, 0);
    if (end >= 0 && isString()) {
      beginWriting();
      return read(position, 0, 0);
    }
    return end;
  }

  /**
   * Reads the value of one of {@code instances} elements of a list. The first one decides the
   * shape.
   *
   * @return the position behind it, or -1 if it is not what the input wants
   */
  int readInstance(int position, int instance, int instances) {
    if (reader == null) {
      long[] all = ShapeReader.dims(body.bytes(), body.sizes(), position, 1);
      all[0] = instances;
      if (!begin(all)) {
        return -1;
      }
    }
    return read(position, 1, instance * (elements / instances));
  }

  private int read(int position, int axis, long firstElement) {
    ElementReader current = reader;
    if (current == null) {
      throw new IllegalStateException("input " + index + " has no reader");
    }
    return current.readNested(body.bytes(), position, dims, axis, firstElement);
  }

  /** Takes a shape and gets memory; false if the body cannot hold so many elements. */
  private boolean begin(long[] shape) {
    DataType type = dtype;
    long count = ShapeReader.elements(shape, body.bytes().length);
    if (count < 0 || type == null || shape.length > ShapeReader.MAX_RANK) {
      return false;
    }
    dims = shape;
    elements = count;
    if (isString()) {
      reader = StringReader.measuring(body.bytes());
      return true;
    }
    if (count > 0 && (reference || !NumericReader.supports(type))) {
      return false;
    }
    MemorySegment data =
        sink.allocate(index, type, Shape.owning(shape), count * type.byteSize()).data();
    reader = new NumericReader(body.bytes(), type, data, body.floats());
    return true;
  }

  /** Gets memory for the strings that have been measured, to read them once more. */
  void beginWriting() {
    if (!(reader instanceof StringReader measured)) {
      throw new IllegalStateException("input " + index + " has not been measured");
    }
    long size = StringTensors.byteSize(elements, measured.length());
    MemorySegment data = sink.allocate(index, DataType.STRING, Shape.owning(dims), size).data();
    reader = StringReader.writing(body.bytes(), data, elements);
  }
}
