package dev.sluice.servable;

import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One input or output of a signature.
 *
 * @param name what clients call it (the alias)
 * @param dtype the declared element type, or null where the model declares none
 * @param reference true if the model declares a reference to a variable of that type (DT_FLOAT_REF)
 * @param shape the declared shape; only a hint, see grpc.md §5
 * @param nativeName what the engine calls it, such as {@code x:0}
 */
public record TensorSpec(
    String name, @Nullable DataType dtype, boolean reference, Shape shape, String nativeName) {
  public TensorSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(nativeName, "nativeName");
  }
}
