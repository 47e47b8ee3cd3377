package dev.sluice.api.oip;

import dev.sluice.predict.Call;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the outputs of one run, by their place among those that are wanted. Immutable.
 */
public final class OutputPlan {
  private static final OutputPlan ALL = new OutputPlan(List.of());

  /** Empty: all outputs, as they are. */
  private final List<RequestedOutput> wanted;

  private OutputPlan(List<RequestedOutput> wanted) {
    this.wanted = wanted;
  }

  /**
   * Restricts a call, whose signature is selected, to the outputs that a request names; none means
   * all.
   *
   * @throws ServingException INVALID_ARGUMENT if the signature has no such output, it is named
   *     twice, or the protocol has no word for its type
   */
  public static OutputPlan select(Call call, List<RequestedOutput> wanted) throws ServingException {
    Signature signature = call.signature();
    if (!wanted.isEmpty()) {
      call.selectOutputs(indices(call.id(), signature, wanted));
    }
    for (int index : call.outputs()) {
      requireKnown(
          call.id(), signature.outputs().get(index).name(), signature.outputs().get(index).dtype());
    }
    return wanted.isEmpty() ? ALL : new OutputPlan(List.copyOf(wanted));
  }

  private static int[] indices(ServableId id, Signature signature, List<RequestedOutput> wanted)
      throws ServingException {
    boolean[] seen = new boolean[signature.outputs().size()];
    int[] indices = new int[wanted.size()];
    for (int i = 0; i < indices.length; i++) {
      String name = wanted.get(i).name();
      int index = signature.outputIndex(name);
      if (index < 0) {
        throw InferChecks.invalid(
            id,
            "expected outputs among %s, found \"%s\"",
            InferInputs.names(signature.outputs()),
            name);
      }
      if (seen[index]) {
        throw InferChecks.invalid(id, "expected output %s once, found it twice", name);
      }
      seen[index] = true;
      indices[i] = index;
    }
    return indices;
  }

  private static void requireKnown(ServableId id, String output, @Nullable DataType type)
      throws ServingException {
    if (type != null && Datatype.of(type) == null) {
      throw InferChecks.invalid(
          id,
          "output %s: expected a datatype of the protocol, found %s; name the outputs wanted",
          output,
          Datatype.label(type));
    }
  }

  /** Returns where an output's values shall go; null for the answer. */
  public @Nullable RegionSlice region(int output) {
    return wanted.isEmpty() ? null : wanted.get(output).region();
  }

  /**
   * Returns an output as it shall be answered: as it is, or its classes.
   *
   * @param tensor what the run gave, which the caller still owns
   * @throws ServingException INVALID_ARGUMENT if it has no classes or too many, or the protocol has
   *     no word for its type
   */
  public Tensor view(Call call, int output, Tensor tensor) throws ServingException {
    String name = call.signature().outputs().get(call.outputs()[output]).name();
    requireKnown(call.id(), name, tensor.dtype());
    int classes = wanted.isEmpty() ? 0 : wanted.get(output).classes();
    if (classes == 0) {
      return tensor;
    }
    if (!TopClasses.canRank(tensor.dtype())) {
      throw InferChecks.invalid(
          call.id(),
          "output %s: expected numbers to classify by, found %s",
          name,
          Datatype.label(tensor.dtype()));
    }
    long texts = TopClasses.count(tensor.shape(), classes);
    if (texts > TopClasses.MOST) {
      throw InferChecks.invalid(
          call.id(),
          "output %s: expected a classification into at most %d classes, of all rows together,"
              + " found %d",
          name,
          TopClasses.MOST,
          texts);
    }
    return TopClasses.of(tensor, classes);
  }
}
