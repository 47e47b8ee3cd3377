package dev.sluice.engine.tensorflow;

import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A signature whose tensor names have been looked up in the graph, once, at load. Immutable.
 *
 * <p>A name that the graph does not have spoils only the runs that need it.
 */
final class BoundSignature {
  private final ServableId id;
  private final Signature signature;
  private final TensorRef[] inputs;
  private final TensorRef[] outputs;
  private final MemorySegment feeds;
  private final MemorySegment fetches;

  /** Binds a signature; {@code inputs} and {@code outputs} have its order. */
  BoundSignature(ServableId id, Signature signature, TensorRef[] inputs, TensorRef[] outputs) {
    this.id = id;
    this.signature = signature;
    this.inputs = inputs;
    this.outputs = outputs;
    this.feeds = array(inputs);
    this.fetches = array(outputs);
  }

  private static MemorySegment array(TensorRef[] refs) {
    MemorySegment array =
        Arena.ofAuto().allocate(Scratch.TF_OUTPUT_BYTES * Math.max(1, refs.length), Long.BYTES);
    for (int i = 0; i < refs.length; i++) {
      Scratch.putOutput(array, i, refs[i].operation(), refs[i].index());
    }
    return array;
  }

  /** Returns the signature. */
  Signature signature() {
    return signature;
  }

  /** Returns the array of TF_Output of all inputs. */
  long feeds() {
    return feeds.address();
  }

  /**
   * Returns an array of TF_Output for the wanted outputs: a constant one, or one in the scratch.
   *
   * @throws ServingException INVALID_ARGUMENT if the graph lacks one of them
   */
  long fetches(Scratch scratch, int[] wanted) throws ServingException {
    if (wanted.length > outputs.length) {
      throw ServingException.invalidArgument(
          "Expected at most "
              + outputs.length
              + " outputs of signature "
              + signature.key()
              + " of "
              + id
              + ", found "
              + wanted.length);
    }
    for (int output : wanted) {
      checkExists("Output", signature.outputs().get(output).name(), outputs[output]);
    }
    if (Arrays.equals(wanted, signature.allOutputs())) {
      return fetches.address();
    }
    for (int i = 0; i < wanted.length; i++) {
      TensorRef ref = outputs[wanted[i]];
      scratch.setFetch(i, ref.operation(), ref.index());
    }
    return scratch.fetches();
  }

  /**
   * Refuses what the graph could not take without ending the process.
   *
   * <p>TensorFlow's shape functions and kernels CHECK the rank of a tensor where the graph promised
   * one, so a Placeholder of rank 3 or more is not fed with less. Nothing else is refused here:
   * clients feed other ranks and dimensions than declared, with success. (Below GraphDef producer
   * 24 a declared shape of [] means unknown; rank 0 is never refused, so that needs no case.)
   */
  void checkInput(int index, Shape shape) throws ServingException {
    TensorRef ref = inputs[index];
    if (shape.rank() < ref.minRank()) {
      throw ServingException.invalidArgument(
          where("Input", signature.inputs().get(index).name())
              + ": expected a tensor of rank "
              + ref.minRank()
              + " as its placeholder declares "
              + ref.declared()
              + ", found rank "
              + shape.rank()
              + " with shape "
              + shape);
    }
    checkExists("Input", signature.inputs().get(index).name(), ref);
  }

  private void checkExists(String kind, String name, TensorRef ref) throws ServingException {
    if (ref.operation() == 0) {
      throw ServingException.invalidArgument(
          where(kind, name)
              + ": the signature names tensor "
              + ref.name()
              + ", which the graph does not have");
    }
  }

  /** Returns the beginning of a message about an input or output. */
  String where(String kind, String name) {
    return kind + " " + name + " of signature " + signature.key() + " of " + id;
  }
}
