package dev.sluice.engine.pytorch;

import dev.sluice.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Arrays;

/**
 * The functions of libtorch's C API (aoti_torch/c/shim.h) that the engine uses: those of tensors in
 * main memory. A tensor is spoken of by its handle. Thread-safe, as far as no two threads use one
 * tensor.
 */
final class TensorFunctions {
  /** The number of the device that is main memory. */
  static final int CPU = 0;

  private static final int OK = 0;

  private final MemorySegment fromBlob;
  private final MemorySegment newHandle;
  private final MemorySegment delete;
  private final MemorySegment copy;
  private final MemorySegment duplicate;
  private final MemorySegment dataPointer;
  private final MemorySegment type;
  private final MemorySegment device;
  private final MemorySegment rank;
  private final MemorySegment sizes;
  private final MemorySegment strides;

  /**
   * Binds the functions.
   *
   * @throws java.util.NoSuchElementException if the library lacks one; the message names it
   */
  TensorFunctions(SymbolLookup symbols) {
    fromBlob = symbols.findOrThrow("aoti_torch_create_tensor_from_blob");
    newHandle = symbols.findOrThrow("aoti_torch_new_tensor_handle");
    delete = symbols.findOrThrow("aoti_torch_delete_tensor_object");
    copy = symbols.findOrThrow("aoti_torch_copy_");
    duplicate = symbols.findOrThrow("aoti_torch_clone");
    dataPointer = symbols.findOrThrow("aoti_torch_get_data_ptr");
    type = symbols.findOrThrow("aoti_torch_get_dtype");
    device = symbols.findOrThrow("aoti_torch_get_device_type");
    rank = symbols.findOrThrow("aoti_torch_get_dim");
    sizes = symbols.findOrThrow("aoti_torch_get_sizes");
    strides = symbols.findOrThrow("aoti_torch_get_strides");
  }

  /** Returns a tensor whose memory is somebody else's, and must outlive it. */
  long over(GlueCall call, MemorySegment memory, Shape shape, int scalarType)
      throws TorchException {
    long[] dims = shape.dims();
    long[] steps = rowMajor(dims);
    check(
        Downcalls.fromBlob(
            fromBlob,
            memory.address(),
            dims.length,
            GlueCall.elements(call.longs(dims)),
            GlueCall.elements(call.longs(steps)),
            scalarType,
            CPU,
            call.result()),
        "make a tensor of memory");
    return NativeMemory.getLong(call.result());
  }

  /** Returns a tensor with the same elements and memory of its own. */
  long duplicate(GlueCall call, long tensor) throws TorchException {
    check(Downcalls.status(duplicate, tensor, call.result()), "duplicate a tensor");
    return NativeMemory.getLong(call.result());
  }

  /** Copies elements, whatever the order of either tensor's is in memory. */
  void copy(long from, long to) throws TorchException {
    check(Downcalls.copy(copy, to, from), "copy a tensor");
  }

  /** Returns another handle of the same tensor. */
  long another(GlueCall call, long tensor) throws TorchException {
    check(Downcalls.status(newHandle, tensor, call.result()), "share a tensor");
    return NativeMemory.getLong(call.result());
  }

  /** Gives up handles; those that are 0 are none. */
  void deleteAll(long... tensors) {
    for (long tensor : tensors) {
      if (tensor != 0) {
        delete(tensor);
      }
    }
  }

  /** Gives up a handle; the memory goes with its last one. */
  void delete(long tensor) {
    if (Downcalls.status(delete, tensor) != OK) {
      throw new IllegalStateException("libtorch cannot delete a tensor");
    }
  }

  /** Returns libtorch's number of the element type. */
  int scalarType(GlueCall call, long tensor) throws TorchException {
    check(Downcalls.status(type, tensor, call.result()), "tell a type");
    return NativeMemory.getInt(call.result());
  }

  boolean isInMainMemory(GlueCall call, long tensor) throws TorchException {
    check(Downcalls.status(device, tensor, call.result()), "tell a device");
    return NativeMemory.getInt(call.result()) == CPU;
  }

  Shape shape(GlueCall call, long tensor) throws TorchException {
    return Shape.owning(perAxis(call, sizes, tensor));
  }

  /** Returns true if the elements lie one after the other in row-major order. */
  boolean isRowMajor(GlueCall call, long tensor, Shape shape) throws TorchException {
    long[] found = perAxis(call, strides, tensor);
    long[] expected = rowMajor(shape.dims());
    return found.length > 0 && Arrays.equals(found, expected);
  }

  /** Returns where the first element is, 0 if it is nowhere. */
  long address(GlueCall call, long tensor) throws TorchException {
    return get(call, dataPointer, tensor);
  }

  private long[] perAxis(GlueCall call, MemorySegment function, long tensor) throws TorchException {
    long[] values = new long[(int) get(call, rank, tensor)];
    long first = get(call, function, tensor);
    for (int axis = 0; axis < values.length; axis++) {
      values[axis] = NativeMemory.getLong(first + (long) axis * Long.BYTES);
    }
    return values;
  }

  private static long get(GlueCall call, MemorySegment function, long tensor)
      throws TorchException {
    check(Downcalls.status(function, tensor, call.result()), "describe a tensor");
    return NativeMemory.getLong(call.result());
  }

  private static long[] rowMajor(long[] dims) {
    long[] steps = new long[dims.length];
    long step = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      steps[axis] = step;
      step *= Math.max(1, dims[axis]);
    }
    return steps;
  }

  private static void check(int status, String what) throws TorchException {
    if (status != OK) {
      throw new TorchException("libtorch cannot " + what);
    }
  }
}
