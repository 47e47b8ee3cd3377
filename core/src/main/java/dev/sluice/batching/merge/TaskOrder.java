package dev.sluice.batching.merge;

import dev.sluice.servable.RunRequest;
import dev.sluice.servable.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the tensors of a request are, for a batch that runs another signature with the same
 * tensors, or wants the same outputs in another order.
 */
final class TaskOrder {
  private final int[] inputs;
  private final int[] outputs;

  private TaskOrder(int[] inputs, int[] outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Returns the order of a request seen from the batch's, or null if they have the same. */
  static @Nullable TaskOrder of(RunRequest batch, RunRequest request) {
    if (request.signature() == batch.signature()
        && Arrays.equals(request.outputs(), batch.outputs())) {
      return null;
    }
    return new TaskOrder(
        places(names(batch.signature().inputs()), names(request.signature().inputs())),
        places(
            names(batch.signature().outputs(), batch.outputs()),
            names(request.signature().outputs(), request.outputs())));
  }

  /** Returns the index in the request of an input of the batch. */
  int input(int ofBatch) {
    return inputs[ofBatch];
  }

  /** Returns the place in the request's answer of an output of the batch. */
  int output(int ofBatch) {
    return outputs[ofBatch];
  }

  private static String[] names(List<TensorSpec> specs) {
    String[] names = new String[specs.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = specs.get(i).nativeName();
    }
    return names;
  }

  private static String[] names(List<TensorSpec> specs, int[] wanted) {
    String[] names = new String[wanted.length];
    for (int i = 0; i < names.length; i++) {
      names[i] = specs.get(wanted[i]).nativeName();
    }
    return names;
  }

  /** Returns where each name is among the others; one that is there twice is taken in turn. */
  private static int[] places(String[] names, String[] others) {
    if (names.length != others.length) {
      throw new IllegalArgumentException(
          "requests of other tensors in one batch: %s and %s"
              .formatted(Arrays.toString(names), Arrays.toString(others)));
    }
    boolean[] taken = new boolean[others.length];
    int[] places = new int[names.length];
    for (int i = 0; i < names.length; i++) {
      places[i] = place(names[i], others, taken);
      taken[places[i]] = true;
    }
    return places;
  }

  private static int place(String name, String[] others, boolean[] taken) {
    for (int i = 0; i < others.length; i++) {
      if (!taken[i] && others[i].equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "requests of other tensors in one batch: %s is not in %s"
            .formatted(name, Arrays.toString(others)));
  }
}
