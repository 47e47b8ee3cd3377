package dev.sluice.api.oip;

import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * One input or output of a model, as clients are told.
 *
 * @param datatype the protocol's name of the type; see {@link Datatype#label}
 * @param shape with -1 where requests may choose; where even the rank is unknown, a single -1
 */
public record TensorMetadata(String name, String datatype, List<Long> shape) {
  private static final List<Long> UNKNOWN_RANK = List.of(Shape.UNKNOWN);

  public TensorMetadata {
    shape = List.copyOf(shape);
  }

  static TensorMetadata of(TensorSpec spec) {
    return new TensorMetadata(spec.name(), Datatype.label(spec.dtype()), dims(spec.shape()));
  }

  private static List<Long> dims(Shape shape) {
    if (!shape.hasRank()) {
      return UNKNOWN_RANK;
    }
    List<Long> dims = new ArrayList<>(shape.rank());
    for (int axis = 0; axis < shape.rank(); axis++) {
      dims.add(shape.dim(axis));
    }
    return dims;
  }
}
