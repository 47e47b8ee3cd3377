package dev.sluice.engine.pytorch;

import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;

/**
 * Makes values of a request's inputs: over their own memory, or over copies if the module might
 * write to it or keep it for later.
 */
final class ArgumentReader {
  private final ServableId id;
  private final Libtorch library;
  private final Forward forward;

  ArgumentReader(ServableId id, Libtorch library, Forward forward) {
    this.id = id;
    this.library = library;
    this.forward = forward;
  }

  /**
   * Returns a value, the caller's.
   *
   * @param index of the argument
   * @throws ServingException INVALID_ARGUMENT if the request lacks it, or no tensor of libtorch can
   *     be made of it
   */
  long read(GlueCall call, RunRequest request, int index) throws ServingException, TorchException {
    String name = forward.arguments().get(index);
    Tensor tensor = request.input(request.signature().inputIndex(name));
    if (tensor == null) {
      throw refused(name, "expected a tensor, found none");
    }
    int type = ScalarTypes.number(tensor.dtype());
    if (type < 0) {
      throw refused(
          name,
          "expected one of the types %s, found %s"
              .formatted(ScalarTypes.names(), tensor.dtype().label()));
    }
    checkSize(name, tensor);
    return value(call, tensor, type);
  }

  private long value(GlueCall call, Tensor tensor, int type) throws TorchException {
    TensorFunctions functions = library.tensors();
    long handle = functions.over(call, tensor.data(), tensor.shape(), type);
    long copy = 0;
    try {
      if (forward.writes()) {
        copy = functions.duplicate(call, handle);
      }
      return library.valueOf(call, copy == 0 ? handle : copy);
    } finally {
      functions.deleteAll(handle, copy);
    }
  }

  private void checkSize(String name, Tensor tensor) throws ServingException {
    Shape shape = tensor.shape();
    DataType type = tensor.dtype();
    boolean fits = shape.hasRank();
    try {
      long product = type.byteSize();
      for (int axis = 0; axis < shape.rank(); axis++) {
        // Even of a tensor without elements libtorch multiplies the other dimensions.
        product = Math.multiplyExact(product, Math.max(1, shape.dim(axis)));
      }
      fits &= shape.elements() * type.byteSize() == tensor.data().byteSize();
    } catch (ArithmeticException e) {
      fits = false;
    }
    if (!fits) {
      throw refused(
          name,
          "shape %s does not fit %d bytes of type %s"
              .formatted(shape, tensor.data().byteSize(), type.label()));
    }
  }

  private ServingException refused(String name, String why) {
    return ServingException.invalidArgument(
        "Input %s of forward(%s) of %s: %s"
            .formatted(name, String.join(", ", forward.arguments()), id, why));
  }
}
