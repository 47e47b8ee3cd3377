package dev.sluice.api.oip.wire;

import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.RawValues;
import dev.sluice.api.wire.ProtoWriter;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One output as an InferOutputTensor and its raw values: their sizes first, then their bytes. */
final class OutputEncoding {
  private static final int NAME = 1 << 3 | 2;
  private static final int DATATYPE = 2 << 3 | 2;
  private static final int SHAPE = 3 << 3 | 2;
  private static final int CONTENTS = 5 << 3 | 2;

  private final Tensor tensor;
  private final byte[] name;
  private final byte[] datatype;
  private final byte[] parameters;
  private final @Nullable TypedContents typed;
  private final int shapeSize;
  private final long size;
  private final long rawSize;

  /** Where the values of an output go. */
  enum Form {
    TYPED,
    RAW,
    /** They are in shared memory already. */
    ELSEWHERE
  }

  /**
   * Sizes an output, which must stay as it is until it has been written.
   *
   * @param parameters the fields of the output's parameters, as bytes; mostly none
   */
  OutputEncoding(String name, Tensor tensor, Form form, byte[] parameters) {
    this.tensor = tensor;
    this.name = name.getBytes(StandardCharsets.UTF_8);
    this.datatype = Datatype.label(tensor.dtype()).getBytes(StandardCharsets.ISO_8859_1);
    this.parameters = parameters;
    this.typed = form == Form.TYPED ? new TypedContents(tensor) : null;
    this.shapeSize = shapeSize(tensor.shape());
    this.rawSize = form == Form.RAW ? RawValues.size(tensor) : 0;
    this.size =
        fieldSize(this.name.length)
            + fieldSize(datatype.length)
            + (shapeSize == 0 ? 0 : fieldSize(shapeSize))
            + parameters.length
            + (typed == null ? 0 : fieldSize(typed.size()));
  }

  private static int shapeSize(Shape shape) {
    int size = 0;
    for (int axis = 0; axis < shape.rank(); axis++) {
      size += ProtoWriter.varintSize(shape.dim(axis));
    }
    return size;
  }

  /** Returns the size of a field of a one byte tag with so many bytes. */
  static long fieldSize(long length) {
    return 1 + ProtoWriter.varintSize(length) + length;
  }

  /** Returns the size of the InferOutputTensor in bytes. */
  long size() {
    return size;
  }

  /** Returns the size of the raw values in bytes. */
  long rawSize() {
    return rawSize;
  }

  /** Writes the InferOutputTensor: exactly {@link #size} bytes. */
  void write(ProtoWriter out) throws IOException {
    out.bytes(NAME, name);
    out.bytes(DATATYPE, datatype);
    if (shapeSize > 0) {
      out.varint(SHAPE);
      out.varint(shapeSize);
      for (int axis = 0; axis < tensor.shape().rank(); axis++) {
        out.varint(tensor.shape().dim(axis));
      }
    }
    out.raw(MemorySegment.ofArray(parameters), 0, parameters.length);
    if (typed != null) {
      out.varint(CONTENTS);
      out.varint(typed.size());
      typed.write(out);
    }
  }

  /** Writes the raw values: exactly {@link #rawSize} bytes. */
  void writeRaw(ProtoWriter out) throws IOException {
    if (rawSize == 0) {
      return;
    }
    if (tensor.dtype() != DataType.STRING) {
      out.raw(tensor.data(), 0, rawSize);
      return;
    }
    MemorySegment data = tensor.data();
    long elements = tensor.shape().elements();
    long content = StringTensors.contentStart(elements);
    for (long i = 0; i < elements; i++) {
      long start = StringTensors.offset(data, i);
      long length = StringTensors.offset(data, i + 1) - start;
      out.fixed32((int) length);
      out.raw(data, content + start, length);
    }
  }
}
