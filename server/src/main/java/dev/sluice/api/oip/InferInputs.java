package dev.sluice.api.oip;

import dev.sluice.predict.Call;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The inputs of one request on their way into its call: what each must be, and memory for it.
 *
 * <p>For each input the request brings, in any order: {@link #index}, {@link #datatype}, {@link
 * #elements}, then {@link #allocate}; at the end {@link #finish}. What is allocated belongs to the
 * call, also when an input is refused afterwards. Used by the thread that decodes the request.
 */
public final class InferInputs {
  /** TensorFlow's limit on the number of dimensions, the highest of all engines. */
  public static final int LARGEST_RANK = 254;

  private final Call call;
  private final Signature signature;

  private InferInputs(Call call, Signature signature) {
    this.call = call;
    this.signature = signature;
  }

  /**
   * Selects the signature to run, with all of its outputs, and sets the request's deadline if it
   * brings one that is earlier than what the call has.
   *
   * @throws ServingException INVALID_ARGUMENT if the servable has no such signature
   */
  public static InferInputs begin(Call call, InferOptions options) throws ServingException {
    Signature signature = ModelCatalog.signature(call.id(), call.servable(), options.signature());
    call.select(signature);
    if (options.timeoutMicros() > 0) {
      long now = System.nanoTime();
      long timeout = TimeUnit.MICROSECONDS.toNanos(options.timeoutMicros());
      if (timeout < call.remainingNanos(now)) {
        call.setDeadline(now + timeout);
      }
    }
    return new InferInputs(call, signature);
  }

  /** Returns which servable is asked, for messages. */
  public ServableId id() {
    return call.id();
  }

  /**
   * Returns the index of an input.
   *
   * @throws ServingException INVALID_ARGUMENT if there is none of that name, or the request has
   *     brought it already
   */
  public int index(String name) throws ServingException {
    int index = signature.inputIndex(name);
    if (index < 0) {
      throw InferChecks.invalid(
          id(), "expected inputs %s, found \"%s\"", names(signature.inputs()), name);
    }
    if (call.hasInput(index)) {
      throw InferChecks.invalid(id(), "expected input %s once, found it twice", name);
    }
    return index;
  }

  /**
   * Returns the type that a request says an input has.
   *
   * @throws ServingException INVALID_ARGUMENT if it is not that of the signature
   */
  public Datatype datatype(int index, String found) throws ServingException {
    DataType expected = spec(index).dtype();
    Datatype datatype = Datatype.named(found);
    if (datatype == null || (expected != null && datatype.type() != expected)) {
      throw InferChecks.invalid(
          id(),
          "input %s: expected datatype %s, found \"%s\"",
          spec(index).name(),
          expected == null ? "one of the protocol" : Datatype.label(expected),
          found);
    }
    return datatype;
  }

  /**
   * Returns how many elements an input of this shape has.
   *
   * @throws ServingException INVALID_ARGUMENT if a dimension is negative, or their product is no
   *     number of elements
   */
  public long elements(int index, Shape shape) throws ServingException {
    try {
      if (shape.rank() <= LARGEST_RANK) {
        return shape.elements();
      }
    } catch (ArithmeticException negativeOrOverflowing) {
      // Refused as one of too many dimensions is.
    }
    throw InferChecks.invalid(
        id(),
        "input %s: expected a shape of at most %d dimensions, none negative, whose product is less"
            + " than 2^63; found %s",
        spec(index).name(),
        LARGEST_RANK,
        shape.rank() <= LARGEST_RANK ? shape : shape.rank() + " dimensions");
  }

  /**
   * Returns an input's memory, to be filled with its values.
   *
   * @param bytes see {@link dev.sluice.tensor.TensorAllocator#allocate}
   * @throws ServingException RESOURCE_EXHAUSTED if the server does not have it
   */
  public Tensor allocate(int index, Datatype datatype, Shape shape, long bytes)
      throws ServingException {
    try {
      return call.allocateInput(index, datatype.type(), shape, bytes);
    } catch (OutOfMemoryError e) {
      throw new ServingException(
          Code.RESOURCE_EXHAUSTED,
          "Model %s version %d: input %s of shape %s needs %d bytes, the server does not have them: %s"
              .formatted(
                  id().model(), id().version(), spec(index).name(), shape, bytes, e.getMessage()));
    }
  }

  /**
   * Returns a failure that says what is wrong with an input's values.
   *
   * @param found in place of what was expected
   */
  public ServingException invalid(int index, String expected, String found) {
    return InferChecks.invalid(
        id(), "input %s: expected %s, found %s", spec(index).name(), expected, found);
  }

  /**
   * Checks, at the end, that nothing is missing.
   *
   * @throws ServingException INVALID_ARGUMENT if an input without a default has no value
   */
  public void finish() throws ServingException {
    for (int i = 0; i < signature.inputs().size(); i++) {
      if (!call.hasInput(i) && signature.defaultValue(i) == null) {
        throw InferChecks.invalid(
            id(),
            "expected inputs %s, found none for %s",
            names(signature.inputs()),
            spec(i).name());
      }
    }
  }

  private TensorSpec spec(int index) {
    return signature.inputs().get(index);
  }

  static List<String> names(List<TensorSpec> specs) {
    return specs.stream().map(TensorSpec::name).toList();
  }
}
