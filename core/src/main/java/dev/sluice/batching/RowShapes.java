package dev.sluice.batching;

import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells from shapes what could be merged by rows: by the first dimension of every tensor. */
final class RowShapes {
  /** Sums of rows must not overflow, whatever a tensor without values claims to have. */
  private static final long MOST_ROWS = Integer.MAX_VALUE;

  private RowShapes() {}

  /**
   * Returns the rows of a request: the first dimension that all its inputs have; -1 if they have no
   * such dimension, if it is 0 or beyond all reason, or if an input is missing or has the
   * signature's default value.
   */
  static long rows(RunRequest request) {
    Signature signature = request.signature();
    int inputs = signature.inputs().size();
    long rows = -1;
    for (int i = 0; i < inputs; i++) {
      Tensor input = request.input(i);
      if (input == null
          || input.shape().rank() == 0
          || !(input.dtype().isFixedSize() || input.dtype() == DataType.STRING)) {
        return -1;
      }
      long dim = input.shape().dim(0);
      if (dim <= 0
          || dim > MOST_ROWS
          || (rows >= 0 && dim != rows)
          || isDefault(input, signature.defaultValue(i))) {
        return -1;
      }
      rows = dim;
    }
    return rows;
  }

  private static boolean isDefault(Tensor input, @Nullable Tensor value) {
    return value != null && value.data().address() == input.data().address();
  }

  /**
   * Returns true unless a signature says that it does not work row by row: a tensor without a free
   * first dimension, or outputs whose shape is made from values.
   */
  static boolean allowRows(Signature signature) {
    List<TensorSpec> inputs = signature.inputs();
    List<TensorSpec> outputs = signature.outputs();
    return !inputs.isEmpty()
        && !outputs.isEmpty()
        && inputs.stream().allMatch(RowShapes::hasRows)
        && outputs.stream().allMatch(RowShapes::hasRows)
        && (outputs.stream().allMatch(RowShapes::hasKnownRow)
            || inputs.stream().noneMatch(RowShapes::bringsValuesOnly));
  }

  private static boolean hasRows(TensorSpec spec) {
    Shape shape = spec.shape();
    return !shape.hasRank() || (shape.rank() > 0 && shape.dim(0) == Shape.UNKNOWN);
  }

  /** True if rows of it have one shape that is known. */
  private static boolean hasKnownRow(TensorSpec spec) {
    Shape shape = spec.shape();
    if (!shape.hasRank()) {
      return false;
    }
    for (int axis = 1; axis < shape.rank(); axis++) {
      if (shape.dim(axis) == Shape.UNKNOWN) {
        return false;
      }
    }
    return true;
  }

  /** True of texts, whose lengths no shape tells and some models turn into shapes. */
  private static boolean bringsValuesOnly(TensorSpec spec) {
    return spec.dtype() == DataType.STRING;
  }
}
