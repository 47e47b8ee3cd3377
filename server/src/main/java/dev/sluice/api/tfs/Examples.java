package dev.sluice.api.tfs;

import dev.sluice.predict.Call;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Examples on their way into a model: strings of serialized tensorflow.Examples. */
public final class Examples {
  /** A small context times many examples can be any size; this is what one message can hold. */
  private static final long MOST_BYTES = Integer.MAX_VALUE;

  private Examples() {}

  /** Selects the one signature of Classify or Regress. */
  static ExampleTask select(Call call, ExampleMethod method, String key, boolean checkMethod)
      throws ServingException {
    Signature signature = call.select(key);
    if (signature == null) {
      throw ServingException.invalidArgument(
          "No signature was found with the name: " + keyOrDefault(key));
    }
    ExampleTask task = ExampleTask.of(method, signature, call.servable(), checkMethod);
    call.selectOutputs(task.outputs());
    return task;
  }

  static String keyOrDefault(String key) {
    return key.isEmpty() ? Signature.DEFAULT_KEY : key;
  }

  /**
   * Returns the memory for Examples that an input is given, for the caller to fill.
   *
   * @throws ServingException INVALID_ARGUMENT if there are none, RESOURCE_EXHAUSTED if too many
   */
  static MemorySegment allocate(Call call, int input, int count, long contentBytes)
      throws ServingException {
    if (count == 0) {
      throw ServingException.invalidArgument("Input is empty.");
    }
    if (contentBytes > MOST_BYTES) {
      throw new ServingException(
          Code.RESOURCE_EXHAUSTED,
          "The examples, each with the context, have %d bytes; at most %d can be run"
              .formatted(contentBytes, MOST_BYTES));
    }
    try {
      long size = StringTensors.byteSize(count, contentBytes);
      return call.allocateInput(input, DataType.STRING, Shape.of(count), size).data();
    } catch (OutOfMemoryError e) {
      // Of native memory, as allocators say it; nothing of this process is hurt by it.
      throw new ServingException(Code.RESOURCE_EXHAUSTED, "Out of memory: " + e.getMessage());
    }
  }

  /** Returns how many Examples a call was run on. */
  static long count(Call call) {
    Tensor examples = call.input(0);
    if (examples == null) {
      throw new IllegalStateException("a run of " + call.id() + " had no Examples");
    }
    return examples.shape().dim(0);
  }
}
