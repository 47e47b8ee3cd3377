package dev.sluice.api.oip;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The classification extension: the highest values of an output with their places, as text.
 *
 * <p>The first dimension counts the rows of a batch, and all others together the classes; a tensor
 * of one dimension is one row. Each class is {@code value:index}.
 */
final class TopClasses {
  /** As C++ prints a float. */
  private static final int DECIMALS = 6;

  /** Each becomes a text of its own. */
  static final int MOST = 100_000;

  private TopClasses() {}

  /** Returns true if values of that type have an order. */
  static boolean canRank(DataType type) {
    return Numbers.isNumeric(type);
  }

  /** Returns how many texts the {@code most} highest of each row are, all rows together. */
  static long count(Shape shape, int most) {
    long batch = batch(shape);
    return batch == 0 ? 0 : batch * Math.min(most, shape.elements() / batch);
  }

  private static long batch(Shape shape) {
    return shape.rank() > 1 ? shape.dim(0) : 1;
  }

  /**
   * Returns a BYTES tensor, in memory of the heap, of the {@code most} highest of each row: at most
   * {@link #MOST} texts.
   */
  static Tensor of(Tensor output, int most) {
    Shape shape = output.shape();
    boolean rows = shape.rank() > 1;
    long batch = batch(shape);
    int classes = batch == 0 ? most : Math.toIntExact(shape.elements() / batch);
    int kept = Math.min(most, classes);
    List<byte[]> texts = new ArrayList<>();
    for (long row = 0; row < batch; row++) {
      addRow(texts, output, row * classes, classes, kept);
    }
    return StringTensors.create(
        HeapTensor::allocate, rows ? Shape.of(batch, kept) : Shape.of(kept), texts);
  }

  private static void addRow(List<byte[]> texts, Tensor output, long first, int classes, int kept) {
    Comparator<Integer> worstFirst =
        (one, other) -> {
          int order = Numbers.compare(output, first + one, first + other);
          return order != 0 ? order : Integer.compare(other, one); // of equals the first is better
        };
    PriorityQueue<Integer> best = new PriorityQueue<>(kept + 1, worstFirst);
    for (int i = 0; i < classes; i++) {
      if (best.size() < kept) {
        best.add(i);
      } else if (Numbers.compare(output, first + i, first + best.element()) > 0) {
        best.remove();
        best.add(i);
      }
    }
    int[] bestFirst = new int[best.size()];
    for (int i = bestFirst.length - 1; i >= 0; i--) {
      bestFirst[i] = best.remove();
    }
    for (int index : bestFirst) {
      String text = value(output, first + index) + ":" + index;
      texts.add(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String value(Tensor output, long index) {
    if (!Numbers.isFloating(output.dtype())) {
      return Numbers.integerText(output, index);
    }
    double value = Numbers.floating(output, index);
    return Double.isFinite(value)
        ? new BigDecimal(value).setScale(DECIMALS, RoundingMode.HALF_EVEN).toPlainString()
        : infiniteText(value);
  }

  private static String infiniteText(double value) {
    return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }

  /** A tensor that needs no closing. */
  private record HeapTensor(DataType dtype, Shape shape, MemorySegment data) implements Tensor {
    static Tensor allocate(DataType dtype, Shape shape, long byteSize) {
      return new HeapTensor(
          dtype, shape, MemorySegment.ofArray(new byte[Math.toIntExact(byteSize)]));
    }

    @Override
    public void close() {}
  }
}
