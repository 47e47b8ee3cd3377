package dev.sluice.batching.merge;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;

/** Finds the shapes of merged inputs, and refuses what cannot be merged (config.md §8.5). */
final class MergedShapes {
  private static final int MAX_PADDED_RANK = 6;

  private MergedShapes() {}

  /**
   * Returns a shape for each input: so many rows of the largest dimensions.
   *
   * @throws ServingException FAILED_PRECONDITION if dimensions differ and must not, or ranks do;
   *     INVALID_ARGUMENT if there is nothing to pad with; INTERNAL if types differ
   */
  static Shape[] of(TaskGroup group, long rows, boolean pad) throws ServingException {
    int inputs = group.lead().signature().inputs().size();
    long[][] dims = new long[inputs][];
    for (int i = 0; i < inputs; i++) {
      dims[i] = group.input(0, i).shape().dims();
      dims[i][0] = rows;
    }
    boolean ragged = false;
    for (int t = 1; t < group.size(); t++) {
      for (int i = 0; i < inputs; i++) {
        ragged |= widen(dims[i], group.input(t, i).shape(), pad, group, i);
      }
    }
    Shape[] shapes = new Shape[inputs];
    for (int i = 0; i < inputs; i++) {
      shapes[i] = Shape.owning(dims[i]);
    }
    if (ragged) {
      checkPadding(group, shapes);
    }
    for (int i = 0; i < inputs; i++) {
      checkTypes(group, i);
    }
    return shapes;
  }

  private static boolean widen(long[] dims, Shape shape, boolean pad, TaskGroup group, int input)
      throws ServingException {
    boolean differs = shape.rank() != dims.length;
    for (int axis = 1; !differs && axis < dims.length; axis++) {
      differs = shape.dim(axis) != dims[axis];
    }
    if (!differs) {
      return false;
    }
    String name = group.spec(input).nativeName();
    if (!pad) {
      throw new ServingException(
          Code.FAILED_PRECONDITION,
          "Tensors with name '"
              + name
              + "' from different tasks have different shapes and padding is turned off. Set"
              + " pad_variable_length_inputs to true, or ensure that all tensors with the same name"
              + " have equal dimensions starting with the first dim.");
    }
    if (shape.rank() != dims.length) {
      throw new ServingException(
          Code.FAILED_PRECONDITION,
          "Tensors with name '%s' from different tasks have different ranks, found %d and %d; only tensors of one rank can be padded"
              .formatted(name, dims.length, shape.rank()));
    }
    for (int axis = 1; axis < dims.length; axis++) {
      dims[axis] = Math.max(dims[axis], shape.dim(axis));
    }
    return true;
  }

  private static void checkPadding(TaskGroup group, Shape[] shapes) throws ServingException {
    for (int t = 0; t < group.size(); t++) {
      for (int i = 0; i < shapes.length; i++) {
        Shape shape = group.input(t, i).shape();
        if (ColumnMerger.fits(shape, shapes[i])) {
          continue;
        }
        if (shape.rank() > MAX_PADDED_RANK) {
          throw ServingException.invalidArgument(
              "Only tensors with rank from 1 to 6 can be padded.");
        }
        if (isEmpty(shape) && !isEmpty(shapes[i])) {
          throw ServingException.invalidArgument("Got empty tensor in batch of non-empty tensors.");
        }
      }
    }
  }

  private static boolean isEmpty(Shape shape) {
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dim(axis) == 0) {
        return true;
      }
    }
    return false;
  }

  private static void checkTypes(TaskGroup group, int input) throws ServingException {
    DataType first = group.input(0, input).dtype();
    for (int t = 1; t < group.size(); t++) {
      Tensor tensor = group.input(t, input);
      if (tensor.dtype() != first) {
        throw new ServingException(
            Code.INTERNAL,
            "Tensor concat operation failed: INVALID_ARGUMENT: Cannot concatenate tensors that have"
                + " different data types. Got "
                + first.label()
                + " and "
                + tensor.dtype().label()
                + ".");
      }
    }
  }
}
