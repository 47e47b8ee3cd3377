package dev.sluice.engine.onnx;

import dev.sluice.servable.Code;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a session, runs it and takes its results. Thread-safe; copies no input but strings, and
 * allocates nothing but the results.
 */
final class SessionRunner {
  private final OrtValues values;
  private final long session;
  private final BoundModel model;
  private final TensorAllocator copies;
  private final OrtStrings strings;

  /**
   * Creates a runner; what the library's memory cannot hold is put into tensors of the allocator.
   */
  SessionRunner(OrtValues values, long session, BoundModel model, TensorAllocator allocator) {
    this.values = values;
    this.session = session;
    this.model = model;
    this.copies = allocator;
    this.strings = new OrtStrings(values, allocator);
  }

  /**
   * Runs the model on the calling thread.
   *
   * @return a tensor for each wanted output, the caller's
   * @throws ServingException if the request does not fit, or as the library says it
   */
  Tensor[] run(RunRequest request, Scratch scratch) throws ServingException {
    int[] wanted = request.outputs();
    int inputs = model.signature().inputs().size();
    long outputNames = model.outputNames(scratch, wanted);
    try {
      for (int i = 0; i < inputs; i++) {
        scratch.addInput(value(i, request.input(i), scratch));
      }
      scratch.clearOutputs(wanted.length);
      run(request, inputs, outputNames, scratch);
      return results(request, scratch);
    } catch (OrtException e) {
      throw e.ofRun(model.id());
    } finally {
      scratch.releaseInputs(values);
    }
  }

  private void run(RunRequest request, int inputs, long outputNames, Scratch scratch)
      throws ServingException, OrtException {
    RunOptions options = scratch.options();
    long own = options.begin(request);
    boolean cutShort = false;
    OrtException failure = null;
    try {
      values.run(
          session, own, model.inputNames(), inputs, outputNames, request.outputs().length, scratch);
    } catch (OrtException e) {
      failure = e;
    } finally {
      cutShort = options.end(request);
    }
    if (failure != null) {
      if (cutShort) {
        throw new ServingException(
            Code.CANCELLED, "Nobody waited any more for the run of " + model.id());
      }
      throw failure;
    }
  }

  private long value(int index, @Nullable Tensor tensor, Scratch scratch)
      throws ServingException, OrtException {
    if (tensor == null) {
      throw ServingException.invalidArgument(
          model.input(index) + ": expected a value, found none, and there is no default");
    }
    DataType declared = model.signature().inputs().get(index).dtype();
    if (tensor.dtype() != declared) {
      throw ServingException.invalidArgument(
          "%s: expected %s, found %s"
              .formatted(
                  model.input(index),
                  declared == null ? "nothing" : declared.label(),
                  tensor.dtype().label()));
    }
    checkSize(index, tensor);
    if (declared == DataType.STRING) {
      return strings.toNative(scratch, tensor);
    }
    scratch.setDims(tensor.shape());
    return values.wrap(
        scratch, ElementTypes.number(declared), tensor.data(), tensor.shape().rank());
  }

  private void checkSize(int index, Tensor tensor) throws ServingException {
    Shape shape = tensor.shape();
    DataType dtype = tensor.dtype();
    boolean fits = shape.hasRank() && shape.rank() <= Scratch.MAX_RANK;
    if (fits) {
      try {
        long bytes = Math.multiplyExact(shape.elements(), (long) dtype.byteSize());
        fits = !dtype.isFixedSize() || bytes == tensor.data().byteSize();
      } catch (ArithmeticException e) {
        fits = false;
      }
    }
    if (!fits) {
      throw ServingException.invalidArgument(
          "%s: shape %s does not fit %d bytes of type %s"
              .formatted(model.input(index), shape, tensor.data().byteSize(), dtype.label()));
    }
  }

  private Tensor[] results(RunRequest request, Scratch scratch)
      throws ServingException, OrtException {
    int[] wanted = request.outputs();
    Tensor[] results = new Tensor[wanted.length];
    int done = 0;
    try {
      while (done < wanted.length) {
        results[done] = result(request, wanted[done], scratch.output(done), scratch);
        done++;
      }
      return results;
    } finally {
      for (int i = 0; done < wanted.length && i < wanted.length; i++) {
        if (i < done) {
          results[i].close();
        } else {
          values.release(scratch.output(i));
        }
      }
    }
  }

  /** Returns a tensor that owns a value, or throws and leaves it to the caller. */
  private Tensor result(RunRequest request, int output, long value, Scratch scratch)
      throws ServingException, OrtException {
    values.describe(scratch, value);
    int number = (int) scratch.result(0);
    Shape shape = shape(scratch.result(1), (int) scratch.result(2));
    DataType dtype = ElementTypes.dataType(number);
    if (dtype == null) {
      throw new ServingException(
          Code.UNIMPLEMENTED,
          "%s: values of type %s cannot leave the model"
              .formatted(model.output(output), ElementTypes.name(number)));
    }
    if (dtype == DataType.STRING) {
      Tensor converted = strings.fromNative(scratch, value, shape);
      values.release(value);
      return converted;
    }
    long bytes = shape.elements() * dtype.byteSize();
    MemorySegment data = memory(values.data(scratch, value), bytes);
    if (isInput(request, data)) {
      // A model may name an input as an output; that memory goes when the input is given back.
      Tensor copy = copies.allocate(dtype, shape, bytes);
      copy.data().copyFrom(data);
      values.release(value);
      return copy;
    }
    return new OrtTensor(values, value, dtype, shape, data);
  }

  private static Shape shape(long dims, int rank) {
    if (rank == 0) {
      return Shape.scalar();
    }
    long[] copied = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      copied[axis] = OrtApi.longAt(dims, axis);
    }
    return Shape.owning(copied);
  }

  @SuppressWarnings("restricted") // the library says where the elements are, and how many
  private static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private boolean isInput(RunRequest request, MemorySegment data) {
    int inputs = model.signature().inputs().size();
    for (int i = 0; i < inputs; i++) {
      Tensor input = request.input(i);
      if (input != null) {
        long offset = data.address() - input.data().address();
        if (offset < input.data().byteSize() && -offset < data.byteSize()) {
          return true;
        }
      }
    }
    return false;
  }
}
