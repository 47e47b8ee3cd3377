package dev.sluice.tensor;

import java.util.Arrays;

/**
 * The dimensions of a tensor, or of the tensors that a signature allows.
 *
 * <p>In a signature a dimension of -1 is free, and the rank itself may be unknown; a tensor's shape
 * has neither. Immutable.
 */
public final class Shape {
  /** A free dimension. */
  public static final long UNKNOWN = -1;

  private static final Shape SCALAR = new Shape(new long[0], true);
  private static final Shape UNKNOWN_RANK = new Shape(new long[0], false);

  private final long[] dims;
  private final boolean hasRank;

  private Shape(long[] dims, boolean hasRank) {
    this.dims = dims;
    this.hasRank = hasRank;
  }

  /** Returns the shape with these dimensions. */
  public static Shape of(long... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone(), true);
  }

  /** Returns the shape with these dimensions without copying them; the caller gives them away. */
  public static Shape owning(long[] dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims, true);
  }

  /** Returns the shape of a single value: rank 0. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** Returns the shape of which not even the rank is known. */
  public static Shape unknownRank() {
    return UNKNOWN_RANK;
  }

  /** Returns true if the number of dimensions is known. */
  public boolean hasRank() {
    return hasRank;
  }

  /** Returns the number of dimensions; 0 for a scalar and where the rank is unknown. */
  public int rank() {
    return dims.length;
  }

  /** Returns dimension {@code axis}, or {@link #UNKNOWN}. */
  public long dim(int axis) {
    return dims[axis];
  }

  /** Returns a copy of the dimensions. */
  public long[] dims() {
    return dims.clone();
  }

  /**
   * Returns the product of the dimensions: 1 for a scalar.
   *
   * @throws ArithmeticException if it overflows, a dimension is negative, or the rank is unknown
   */
  public long elements() {
    if (!hasRank) {
      throw new ArithmeticException("unknown rank");
    }
    long product = 1;
    for (long dim : dims) {
      if (dim < 0) {
        throw new ArithmeticException("negative dimension " + dim);
      }
      product = Math.multiplyExact(product, dim);
    }
    return product;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape
        && hasRank == shape.hasRank
        && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims) * 31 + Boolean.hashCode(hasRank);
  }

  /** Returns the form that TensorFlow prints: {@code [2,3]}, {@code []}, {@code <unknown>}. */
  @Override
  public String toString() {
    if (!hasRank) {
      return "<unknown>";
    }
    StringBuilder text = new StringBuilder("[");
    for (int axis = 0; axis < dims.length; axis++) {
      text.append(axis == 0 ? "" : ",");
      text.append(dims[axis] == UNKNOWN ? "?" : Long.toString(dims[axis]));
    }
    return text.append(']').toString();
  }
}
