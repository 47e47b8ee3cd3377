package dev.sluice.engine.onnx;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A model's one signature, and the names of its inputs and outputs as C strings. Immutable. */
final class BoundModel {
  private static final String PREDICT_METHOD = "tensorflow/serving/predict";

  /** By number: ONNXType of onnxruntime_c_api.h. */
  private static final List<String> KINDS =
      List.of("unknown", "tensor", "sequence", "map", "opaque", "sparse tensor", "optional");

  private static final int TENSOR = 1;

  private final ServableId id;
  private final Signature signature;
  private final MemorySegment inputNames;
  private final MemorySegment outputNames;

  private BoundModel(ServableId id, Signature signature) {
    this.id = id;
    this.signature = signature;
    // Collected with this object, which outlives the session.
    Arena arena = Arena.ofAuto();
    this.inputNames = names(signature.inputs(), arena);
    this.outputNames = names(signature.outputs(), arena);
  }

  private static MemorySegment names(List<TensorSpec> specs, Arena arena) {
    MemorySegment names = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, specs.size()));
    for (int i = 0; i < specs.size(); i++) {
      long name = arena.allocateFrom(specs.get(i).name()).address();
      names.setAtIndex(ValueLayout.JAVA_LONG, i, name);
    }
    return names;
  }

  /**
   * Binds what a session says of itself.
   *
   * @throws ServingException UNIMPLEMENTED if an input or output is no tensor that a request or an
   *     answer can carry
   */
  static BoundModel of(ServableId id, OrtSessions.Value[] inputs, OrtSessions.Value[] outputs)
      throws ServingException {
    Signature signature =
        new Signature(
            Signature.DEFAULT_KEY,
            PREDICT_METHOD,
            specs(id, "Input", inputs),
            specs(id, "Output", outputs),
            Map.of());
    return new BoundModel(id, signature);
  }

  private static List<TensorSpec> specs(ServableId id, String side, OrtSessions.Value[] values)
      throws ServingException {
    List<TensorSpec> specs = new ArrayList<>();
    for (OrtSessions.Value value : values) {
      DataType dtype = ElementTypes.dataType(value.elementType());
      if (value.kind() != TENSOR || dtype == null) {
        throw new ServingException(
            Code.UNIMPLEMENTED,
            side + " " + value.name() + " of " + id + ": expected a tensor" + found(value));
      }
      specs.add(new TensorSpec(value.name(), dtype, false, value.shape(), value.name()));
    }
    return specs;
  }

  private static String found(OrtSessions.Value value) {
    if (value.kind() == TENSOR) {
      return " of numbers, booleans or strings, found one of "
          + ElementTypes.name(value.elementType());
    }
    String kind =
        value.kind() < KINDS.size() ? KINDS.get(value.kind()) : "value of kind " + value.kind();
    return ", found a "
        + kind
        + "; export the model with tensors only (skl2onnx: options={\"zipmap\": False})";
  }

  ServableId id() {
    return id;
  }

  Signature signature() {
    return signature;
  }

  /** Returns true if runs of a signature are runs of this model's: it, or a union of it alone. */
  boolean isSignature(Signature other) {
    if (other.parts().isEmpty()) {
      return other == signature;
    }
    // Inputs and outputs are known by the same names in a union, and so have the same order.
    return other.parts().stream().allMatch(part -> part == signature);
  }

  /** Returns the array of the names of all inputs. */
  long inputNames() {
    return inputNames.address();
  }

  /**
   * Returns an array of the names of the wanted outputs: a constant one, or one in the scratch.
   *
   * @throws ServingException INVALID_ARGUMENT if more are wanted than there are
   */
  long outputNames(Scratch scratch, int[] wanted) throws ServingException {
    if (wanted.length > signature.outputs().size()) {
      throw ServingException.invalidArgument(
          "Expected at most %d outputs of %s, found %d"
              .formatted(signature.outputs().size(), id, wanted.length));
    }
    if (Arrays.equals(wanted, signature.allOutputs())) {
      return outputNames.address();
    }
    for (int i = 0; i < wanted.length; i++) {
      scratch.setOutputName(i, outputNames.getAtIndex(ValueLayout.JAVA_LONG, wanted[i]));
    }
    return scratch.outputNames();
  }

  /** Returns the beginning of a message about an input. */
  String input(int index) {
    return "Input " + signature.inputs().get(index).name() + " of " + id;
  }

  /** Returns the beginning of a message about an output. */
  String output(int index) {
    return "Output " + signature.outputs().get(index).name() + " of " + id;
  }
}
