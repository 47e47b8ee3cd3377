package dev.sluice.batching;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Single rows of tensors, for a {@link RowTrial}: cut out, altered, compared. */
final class Rows {
  /** What the same value may differ by when a matrix product has more rows. */
  private static final double TOLERANCE = 1e-3;

  private static final double COARSE_TOLERANCE = 3e-2;

  private Rows() {}

  /** Returns a copy of the first row, of shape [1, …]. */
  static Tensor first(TensorAllocator allocator, Tensor tensor) {
    long[] dims = tensor.shape().dims();
    long rows = dims[0];
    dims[0] = 1;
    Shape shape = Shape.owning(dims);
    if (tensor.dtype() == DataType.STRING) {
      return StringTensors.create(
          allocator, shape, elements(tensor, tensor.shape().elements(), shape.elements()));
    }
    long bytes = tensor.data().byteSize() / rows;
    Tensor row = allocator.allocate(tensor.dtype(), shape, bytes);
    row.data().copyFrom(tensor.data().asSlice(0, bytes));
    return row;
  }

  /**
   * Returns a row with other values, such as the model may take as well: the same in reverse order;
   * of floats half of that and a quarter. Where that is the row itself, zeros, or ones if it has
   * them; of texts empty ones, or "1". Two rows that are the same would hide what they see.
   */
  static Tensor altered(TensorAllocator allocator, Tensor row) {
    long count = row.shape().elements();
    if (row.dtype() == DataType.STRING) {
      List<byte[]> texts = elements(row, count, count);
      return StringTensors.create(allocator, row.shape(), alteredTexts(texts));
    }
    MemorySegment from = row.data();
    Tensor altered = allocator.allocate(row.dtype(), row.shape(), from.byteSize());
    MemorySegment to = altered.data();
    int size = row.dtype().byteSize();
    for (long i = 0; i < count; i++) {
      MemorySegment.copy(from, (count - 1 - i) * size, to, i * size, size);
    }
    switch (row.dtype()) {
      case FLOAT -> {
        for (long i = 0; i < count; i++) {
          float value = to.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          to.setAtIndex(ValueLayout.JAVA_FLOAT, i, value / 2 + 0.25f);
        }
      }
      case DOUBLE -> {
        for (long i = 0; i < count; i++) {
          double value = to.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
          to.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value / 2 + 0.25);
        }
      }
      default -> {}
    }
    if (from.mismatch(to) < 0) {
      fillOtherwise(from, to, row.dtype());
    }
    return altered;
  }

  private static List<byte[]> alteredTexts(List<byte[]> texts) {
    List<byte[]> altered = texts.reversed();
    for (int i = 0; i < texts.size(); i++) {
      if (!Arrays.equals(texts.get(i), altered.get(i))) {
        return altered;
      }
    }
    boolean hasText = texts.stream().anyMatch(text -> text.length > 0);
    return Collections.nCopies(texts.size(), hasText ? new byte[0] : new byte[] {'1'});
  }

  /** Fills with zeros; with ones if there are nothing but zeros already. */
  private static void fillOtherwise(MemorySegment from, MemorySegment to, DataType dtype) {
    to.fill((byte) 0);
    if (from.mismatch(to) >= 0) {
      return;
    }
    int size = dtype.byteSize();
    for (long at = 0; at < to.byteSize(); at += size) {
      switch (dtype) {
        case FLOAT, COMPLEX64 -> to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, 1f);
        case DOUBLE, COMPLEX128 -> to.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at, 1.0);
        case HALF -> to.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(1f));
        case BFLOAT16 ->
            to.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) (Float.floatToIntBits(1f) >>> 16));
        default -> to.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
      }
    }
  }

  private static List<byte[]> elements(Tensor tensor, long elements, long wanted) {
    List<byte[]> texts = new ArrayList<>();
    for (long i = 0; i < wanted; i++) {
      texts.add(StringTensors.element(tensor.data(), elements, i).toArray(ValueLayout.JAVA_BYTE));
    }
    return texts;
  }

  /** Returns true if two tensors are the same, but for what rounding may do to floats. */
  static boolean areClose(Tensor one, Tensor other) {
    if (one.dtype() != other.dtype() || !one.shape().equals(other.shape())) {
      return false;
    }
    long count = one.shape().elements();
    return switch (one.dtype()) {
      case FLOAT, DOUBLE, HALF, BFLOAT16 -> areClose(one, other, count);
      case COMPLEX64 -> areCloseParts(one, other, DataType.FLOAT, 2 * count);
      case COMPLEX128 -> areCloseParts(one, other, DataType.DOUBLE, 2 * count);
      case STRING -> areSameTexts(one, other, count);
      default -> one.data().mismatch(other.data()) < 0;
    };
  }

  private static boolean areSameTexts(Tensor one, Tensor other, long count) {
    for (long i = 0; i < count; i++) {
      MemorySegment text = StringTensors.element(one.data(), count, i);
      if (text.mismatch(StringTensors.element(other.data(), count, i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean areClose(Tensor one, Tensor other, long count) {
    return areCloseParts(one, other, one.dtype(), count);
  }

  private static boolean areCloseParts(Tensor one, Tensor other, DataType dtype, long count) {
    double scale = 0;
    for (long i = 0; i < count; i++) {
      double value = Math.abs(value(one.data(), dtype, i));
      scale = Double.isFinite(value) ? Math.max(scale, value) : scale;
    }
    boolean coarse = dtype == DataType.HALF || dtype == DataType.BFLOAT16;
    double allowed = scale * (coarse ? COARSE_TOLERANCE : TOLERANCE);
    for (long i = 0; i < count; i++) {
      double a = value(one.data(), dtype, i);
      double b = value(other.data(), dtype, i);
      if (Double.compare(a, b) != 0 && !(Math.abs(a - b) <= allowed)) {
        return false;
      }
    }
    return true;
  }

  private static double value(MemorySegment data, DataType dtype, long index) {
    return switch (dtype) {
      case FLOAT -> data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index);
      case DOUBLE -> data.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, index);
      case HALF -> Float.float16ToFloat(data.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, index));
      case BFLOAT16 ->
          Float.intBitsToFloat(data.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, index) << 16);
      default -> throw new IllegalArgumentException("no floats: " + dtype);
    };
  }
}
