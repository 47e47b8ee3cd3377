package dev.sluice.client.tensor;

import dev.sluice.protos.tensorflow.DataType;
import java.util.List;

/**
 * One input of a request, or one output of an answer.
 *
 * @param name its name in the signature
 * @param shape no dimension for a scalar
 */
public record NamedTensor(String name, DataType dtype, List<Integer> shape, Values values) {
  /** Checks that shape and values fit, and copies the shape. */
  public NamedTensor {
    shape = List.copyOf(shape);
    if (elements(shape) != values.count()) {
      throw new IllegalArgumentException(
          "%d values of %s for the shape %s".formatted(values.count(), name, shape));
    }
  }

  /** Returns the number of elements of a shape. */
  public static int elements(List<Integer> shape) {
    int product = 1;
    for (int size : shape) {
      product = Math.multiplyExact(product, size);
    }
    return product;
  }
}
