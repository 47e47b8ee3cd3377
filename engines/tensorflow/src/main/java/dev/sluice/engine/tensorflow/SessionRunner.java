package dev.sluice.engine.tensorflow;

import dev.sluice.servable.Code;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a session, runs it and takes its results. Thread-safe; allocates nothing but the results,
 * and copies of inputs that are not the library's own tensors.
 */
final class SessionRunner {
  private static final String RESOURCE_FED =
      "Invalid resource type hash code: 0(name:  type: ). Perhaps a resource tensor was being"
          + " provided as a feed? That is not currently allowed. Please file an issue at"
          + " https://github.com/tensorflow/tensorflow/issues/new, ideally with a short code"
          + " snippet that leads to this error message.";

  private final TfLibrary library;
  private final TfSession session;
  private final TfStrings strings;

  SessionRunner(TfLibrary library, TfSession session) {
    this.library = library;
    this.session = session;
    this.strings = new TfStrings(library);
  }

  /**
   * Runs a signature on the calling thread.
   *
   * @return a tensor for each wanted output, the caller's
   * @throws ServingException if the request does not fit, or as the library says it
   */
  Tensor[] run(BoundSignature signature, RunRequest request, Scratch scratch)
      throws ServingException {
    int[] wanted = request.outputs();
    int feeds = signature.signature().inputs().size();
    long fetches = signature.fetches(scratch, wanted);
    try {
      for (int i = 0; i < feeds; i++) {
        feed(signature, i, request.input(i), scratch);
      }
      library.run(
          session.handle(),
          signature.feeds(),
          scratch.feedValues(),
          feeds,
          fetches,
          scratch.fetchValues(),
          wanted.length,
          scratch.status());
    } finally {
      scratch.deleteTemporaries(library);
    }
    library.check(scratch.status());
    return results(signature, wanted, scratch);
  }

  private void feed(BoundSignature bound, int index, @Nullable Tensor tensor, Scratch scratch)
      throws ServingException {
    if (tensor == null) {
      throw missing(bound.signature(), index);
    }
    checkType(bound, index, tensor.dtype());
    bound.checkInput(index, tensor.shape());
    if (tensor instanceof TfTensor own) {
      scratch.setFeed(index, own.handle());
      return;
    }
    checkSize(bound, index, tensor);
    scratch.setTemporaryFeed(
        index,
        tensor.dtype() == DataType.STRING
            ? strings.toNative(scratch, tensor)
            : copy(tensor, scratch));
  }

  /** Refuses, in the reference's words, the types that have no values here. */
  private static void checkType(BoundSignature bound, int index, DataType dtype)
      throws ServingException {
    if (dtype == DataType.RESOURCE) {
      throw ServingException.invalidArgument(RESOURCE_FED);
    }
    if (dtype == DataType.VARIANT) {
      DataType declared = bound.signature().inputs().get(index).dtype();
      throw ServingException.invalidArgument(
          "Expects arg[" + index + "] to be " + label(declared) + " but variant is provided");
    }
  }

  private static ServingException missing(Signature signature, int index) {
    TensorSpec input = signature.inputs().get(index);
    return ServingException.invalidArgument(
        "Signature input alias: "
            + input.name()
            + "(feed name: "
            + input.nativeName()
            + ") not found in request and no default value provided.");
  }

  private static String label(@Nullable DataType dtype) {
    return dtype == null ? "invalid" : dtype.label();
  }

  /** Refuses shapes that TensorFlow would refuse by ending the process. */
  private static void checkSize(BoundSignature bound, int index, Tensor tensor)
      throws ServingException {
    Shape shape = tensor.shape();
    DataType dtype = tensor.dtype();
    boolean fits = shape.hasRank() && shape.rank() <= TfLibrary.MAX_RANK;
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
          bound.where("Input", bound.signature().inputs().get(index).name())
              + ": shape "
              + shape
              + " does not fit "
              + tensor.data().byteSize()
              + " bytes of type "
              + dtype.label());
    }
  }

  private long copy(Tensor tensor, Scratch scratch) {
    MemorySegment source = tensor.data();
    TfTensor copy =
        TfAllocator.allocate(library, scratch, tensor.dtype(), tensor.shape(), source.byteSize());
    copy.data().copyFrom(source);
    return copy.handle();
  }

  private Tensor[] results(BoundSignature signature, int[] wanted, Scratch scratch)
      throws ServingException {
    library.adopted(wanted.length);
    Tensor[] results = new Tensor[wanted.length];
    int done = 0;
    try {
      while (done < wanted.length) {
        results[done] = result(signature, wanted[done], scratch.fetched(done));
        done++;
      }
      return results;
    } finally {
      for (int i = 0; done < wanted.length && i < wanted.length; i++) {
        if (i < done) {
          results[i].close();
        } else {
          library.deleteTensor(scratch.fetched(i));
        }
      }
    }
  }

  /** Returns a tensor that owns a handle, or throws and leaves it to the caller. */
  private Tensor result(BoundSignature bound, int output, long handle) throws ServingException {
    int number = library.tensorType(handle);
    DataType dtype = DataType.ofNumber(number);
    if (dtype == DataType.STRING) {
      Tensor converted = strings.fromNative(handle, shape(handle));
      library.deleteTensor(handle);
      return converted;
    }
    if (dtype == null || !dtype.isFixedSize()) {
      throw new ServingException(
          Code.UNIMPLEMENTED,
          bound.where("Output", bound.signature().outputs().get(output).name())
              + ": values of type "
              + (dtype == null ? "number " + number : dtype.label())
              + " cannot leave the model");
    }
    return new TfTensor(
        library,
        handle,
        dtype,
        shape(handle),
        library.tensorData(handle),
        library.tensorByteSize(handle));
  }

  private Shape shape(long handle) {
    int rank = library.rank(handle);
    if (rank == 0) {
      return Shape.scalar();
    }
    long[] dims = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      dims[axis] = library.dim(handle, axis);
    }
    return Shape.owning(dims);
  }
}
