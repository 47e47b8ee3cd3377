package dev.sluice.api.oip.wire;

import dev.sluice.api.oip.Datatype;
import dev.sluice.api.wire.ProtoWriter;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** A tensor as an InferTensorContents: every element in the list of its type. */
final class TypedContents {
  private final Tensor tensor;
  private final Datatype datatype;
  private final long elements;
  private final long valuesSize;

  /** Sizes a tensor of a type that has a list. */
  TypedContents(Tensor tensor) {
    this.tensor = tensor;
    this.datatype = Objects.requireNonNull(Datatype.of(tensor.dtype()));
    this.elements = tensor.shape().elements();
    this.valuesSize = valuesSize();
  }

  /** Returns true if the protocol has a list for a type. */
  static boolean canHold(Datatype datatype) {
    return ContentsList.of(datatype) != null;
  }

  private ContentsList list() {
    return Objects.requireNonNull(ContentsList.of(datatype));
  }

  /** Returns the size of the values: of the packed list, or of all BYTES fields. */
  private long valuesSize() {
    ContentsList list = list();
    if (list == ContentsList.BYTES) {
      return stringsSize();
    }
    if (!list.isVarint()) {
      return elements * list.unit();
    }
    if (list == ContentsList.BOOL) {
      return elements;
    }
    long bytes = 0;
    for (long i = 0; i < elements; i++) {
      bytes += ProtoWriter.varintSize(varintAt(i));
    }
    return bytes;
  }

  private long stringsSize() {
    MemorySegment data = tensor.data();
    long bytes = 0;
    for (long i = 0; i < elements; i++) {
      bytes +=
          OutputEncoding.fieldSize(
              StringTensors.offset(data, i + 1) - StringTensors.offset(data, i));
    }
    return bytes;
  }

  /** Returns the size of the InferTensorContents in bytes. */
  long size() {
    return valuesSize == 0 || datatype == Datatype.BYTES
        ? valuesSize
        : OutputEncoding.fieldSize(valuesSize);
  }

  /** Returns an element of an integer type as the varint that stands for it. */
  private long varintAt(long index) {
    MemorySegment data = tensor.data();
    return switch (datatype) {
      case BOOL -> data.get(ValueLayout.JAVA_BYTE, index) == 0 ? 0 : 1;
      case INT8 -> data.get(ValueLayout.JAVA_BYTE, index);
      case UINT8 -> Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, index));
      case INT16 -> data.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES);
      case UINT16 ->
          Short.toUnsignedInt(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES));
      case INT32 -> data.get(ValueLayout.JAVA_INT_UNALIGNED, index * Integer.BYTES);
      case UINT32 ->
          Integer.toUnsignedLong(data.get(ValueLayout.JAVA_INT_UNALIGNED, index * Integer.BYTES));
      case INT64, UINT64 -> data.get(ValueLayout.JAVA_LONG_UNALIGNED, index * Long.BYTES);
      case FP16, FP32, FP64, BF16, BYTES ->
          throw new IllegalStateException(datatype + " is no integer type");
    };
  }

  /** Writes the InferTensorContents: exactly {@link #size} bytes. */
  void write(ProtoWriter out) throws IOException {
    ContentsList list = list();
    if (list == ContentsList.BYTES) {
      writeStrings(out);
      return;
    }
    if (valuesSize == 0) {
      return;
    }
    out.varint(list.blockTag());
    out.varint(valuesSize);
    if (list.isVarint()) {
      for (long i = 0; i < elements; i++) {
        out.varint(varintAt(i));
      }
    } else {
      out.raw(tensor.data(), 0, valuesSize);
    }
  }

  private void writeStrings(ProtoWriter out) throws IOException {
    MemorySegment data = tensor.data();
    long content = StringTensors.contentStart(elements);
    for (long i = 0; i < elements; i++) {
      long start = StringTensors.offset(data, i);
      long length = StringTensors.offset(data, i + 1) - start;
      out.varint(ContentsList.BYTES.blockTag());
      out.varint(length);
      out.raw(data, content + start, length);
    }
  }
}
