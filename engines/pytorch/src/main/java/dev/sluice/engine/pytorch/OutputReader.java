package dev.sluice.engine.pytorch;

import dev.sluice.servable.Code;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Makes tensors of what a run gave.
 *
 * <p>An output keeps libtorch's memory if nothing else will write or free it. A copy is made of one
 * that shares the memory of an input, whose elements are not in order, or that a module might
 * change later.
 */
final class OutputReader {
  /** What the tensors of the core have. */
  private static final long ALIGNMENT = 64;

  /** No machine has more memory to address; an expanded tensor may claim to have more. */
  private static final long MOST_BYTES = 1L << 47;

  private final Libtorch library;
  private final TensorFunctions functions;
  private final LiveTensors tensors;
  private final Forward forward;

  /** Creates a reader of what a method gives. */
  OutputReader(Libtorch library, LiveTensors tensors, Forward forward) {
    this.library = library;
    this.functions = library.tensors();
    this.tensors = tensors;
    this.forward = forward;
  }

  /**
   * Returns a tensor, the caller's.
   *
   * @param handle stays the caller's, who deletes it
   * @param name of the output, for messages
   */
  Tensor read(GlueCall call, long handle, RunRequest request, String name)
      throws ServingException, TorchException {
    DataType type = type(call, handle, name);
    Shape shape = functions.shape(call, handle);
    long bytes = bytes(type, shape, name);
    long address = plainMemory(call, handle, type, shape);
    if (address == 0 || bytes == 0) {
      return copyInOrder(call, handle, type, shape, bytes);
    }
    MemorySegment data = memory(address, bytes);
    return mayKeep(data, request) ? keep(call, handle, type, shape, data) : copy(type, shape, data);
  }

  private static long bytes(DataType type, Shape shape, String name) throws ServingException {
    long bytes;
    try {
      bytes = Math.multiplyExact(shape.elements(), (long) type.byteSize());
    } catch (ArithmeticException overflow) {
      bytes = Long.MAX_VALUE;
    }
    if (bytes > MOST_BYTES) {
      throw new ServingException(
          Code.RESOURCE_EXHAUSTED,
          "Output %s: a %s tensor of shape %s needs more than %d bytes"
              .formatted(name, type.label(), shape, MOST_BYTES));
    }
    return bytes;
  }

  /**
   * Returns where the elements are if they lie there in row-major order, each as it is; 0 if not.
   * It is 0, too, of a tensor that only says that it is all zeros.
   */
  private long plainMemory(GlueCall call, long handle, DataType type, Shape shape)
      throws TorchException {
    boolean isPlain =
        !forward.defers()
            && !ScalarTypes.isComplex(type)
            && functions.isRowMajor(call, handle, shape);
    return isPlain ? functions.address(call, handle) : 0;
  }

  private DataType type(GlueCall call, long handle, String name)
      throws ServingException, TorchException {
    int number = functions.scalarType(call, handle);
    DataType type = ScalarTypes.type(number);
    if (type == null) {
      throw cannotLeave(name, "values of libtorch's type number " + number);
    }
    if (!functions.isInMainMemory(call, handle) || !library.isStrided(call, handle)) {
      throw cannotLeave(name, "values that are sparse or not in main memory");
    }
    return type;
  }

  private static ServingException cannotLeave(String name, String what) {
    return new ServingException(
        Code.UNIMPLEMENTED, "Output " + name + ": " + what + " cannot leave the model");
  }

  @SuppressWarnings("restricted") // the library says where the memory is
  private static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private boolean mayKeep(MemorySegment data, RunRequest request) {
    return !forward.writes() && data.address() % ALIGNMENT == 0 && !sharesMemory(data, request);
  }

  private static boolean sharesMemory(MemorySegment data, RunRequest request) {
    int inputs = request.signature().inputs().size();
    for (int i = 0; i < inputs; i++) {
      if (overlap(data, request.input(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean overlap(MemorySegment data, @Nullable Tensor input) {
    return input != null
        && data.address() < input.data().address() + input.data().byteSize()
        && input.data().address() < data.address() + data.byteSize();
  }

  /** Returns a tensor with a handle of its own, which keeps the memory. */
  private Tensor keep(GlueCall call, long handle, DataType type, Shape shape, MemorySegment data)
      throws TorchException {
    long own = functions.another(call, handle);
    return tensors.counted(type, shape, data, () -> functions.delete(own));
  }

  private Tensor copy(DataType type, Shape shape, MemorySegment data) {
    Tensor copy = tensors.allocate(type, shape, data.byteSize());
    copy.data().copyFrom(data);
    return copy;
  }

  private Tensor copyInOrder(GlueCall call, long handle, DataType type, Shape shape, long bytes)
      throws TorchException {
    Tensor copy = tensors.allocate(type, shape, bytes);
    boolean done = false;
    try {
      if (bytes > 0) {
        long target = functions.over(call, copy.data(), shape, ScalarTypes.number(type));
        try {
          functions.copy(handle, target);
        } finally {
          functions.delete(target);
        }
      }
      done = true;
      return copy;
    } finally {
      if (!done) {
        copy.close();
      }
    }
  }
}
