package dev.sluice.engine;

import dev.sluice.engine.ModelSettings.Declaration;
import dev.sluice.engine.ModelSettings.TensorDeclaration;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A signature as clients see it, and as the engine does. What is declared may name tensors
 * otherwise and say their shapes more closely; since tensors are sorted by name, they may then have
 * other indices. Immutable.
 */
final class Redeclaration {
  private final Signature shown;
  private final Signature engines;
  private final int[] shownInputs;
  private final int[] engineOutputs;

  private Redeclaration(
      Signature shown, Signature engines, int[] shownInputs, int[] engineOutputs) {
    this.shown = shown;
    this.engines = engines;
    this.shownInputs = shownInputs;
    this.engineOutputs = engineOutputs;
  }

  /**
   * Puts what is declared upon the signatures of a model.
   *
   * @return by key, one for each signature
   * @throws ServingException INVALID_ARGUMENT if the model has no such signature or tensor, or has
   *     another type or shape for it
   */
  static Map<String, Redeclaration> of(
      ServableId id, Map<String, Signature> signatures, Map<String, Declaration> declared)
      throws ServingException {
    Map<String, Declaration> byKey = new HashMap<>();
    for (Map.Entry<String, Declaration> entry : declared.entrySet()) {
      byKey.put(key(id, entry.getKey(), signatures), entry.getValue());
    }
    Map<String, Redeclaration> result = new HashMap<>();
    for (Map.Entry<String, Signature> entry : signatures.entrySet()) {
      Signature engines = entry.getValue();
      Declaration declaration = byKey.get(entry.getKey());
      result.put(
          entry.getKey(),
          declaration == null ? same(engines) : new Builder(id, engines).with(declaration));
    }
    return Map.copyOf(result);
  }

  private static String key(ServableId id, String declared, Map<String, Signature> signatures)
      throws ServingException {
    if (signatures.containsKey(declared)) {
      return declared;
    }
    if (declared.equals(Signature.DEFAULT_KEY) && signatures.size() == 1) {
      return signatures.keySet().iterator().next();
    }
    throw ServingException.invalidArgument(
        "Signature %s is declared for %s, which has %s"
            .formatted(declared, id, new TreeSet<>(signatures.keySet())));
  }

  private static Redeclaration same(Signature signature) {
    int[] inputs = new int[signature.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = i;
    }
    return new Redeclaration(signature, signature, inputs, signature.allOutputs());
  }

  /** Returns what clients see. */
  Signature shown() {
    return shown;
  }

  /** Returns what the engine has. */
  Signature engines() {
    return engines;
  }

  /** Returns what index clients have for an input of the engine's. */
  int shownInput(int engineInput) {
    return shownInputs[engineInput];
  }

  /** Returns what index the engine has for an output that clients see. */
  int engineOutput(int shownOutput) {
    return engineOutputs[shownOutput];
  }

  /** Returns true if clients see just what the engine does. */
  boolean changesNothing() {
    return shown == engines;
  }

  /** Works out one signature. */
  private record Builder(ServableId id, Signature engines) {
    Redeclaration with(Declaration declaration) throws ServingException {
      List<TensorSpec> inputs = specs("Input", engines.inputs(), declaration.inputs());
      List<TensorSpec> outputs = specs("Output", engines.outputs(), declaration.outputs());
      if (inputs.equals(engines.inputs()) && outputs.equals(engines.outputs())) {
        return same(engines);
      }
      Map<String, Tensor> defaults = new HashMap<>();
      for (int i = 0; i < inputs.size(); i++) {
        Tensor value = engines.defaultValue(i);
        if (value != null) {
          defaults.put(inputs.get(i).name(), value);
        }
      }
      Signature shown =
          new Signature(engines.key(), engines.methodName(), inputs, outputs, defaults);
      int[] shownInputs = new int[inputs.size()];
      for (int i = 0; i < shownInputs.length; i++) {
        shownInputs[i] = shown.inputIndex(inputs.get(i).name());
      }
      int[] engineOutputs = new int[outputs.size()];
      for (int i = 0; i < engineOutputs.length; i++) {
        engineOutputs[shown.outputIndex(outputs.get(i).name())] = i;
      }
      return new Redeclaration(shown, engines, shownInputs, engineOutputs);
    }

    /** Returns what is shown, in the engine's order. */
    private List<TensorSpec> specs(
        String kind, List<TensorSpec> own, List<TensorDeclaration> declared)
        throws ServingException {
      Map<String, TensorDeclaration> byName = new HashMap<>();
      for (TensorDeclaration tensor : declared) {
        byName.put(tensor.name(), tensor);
      }
      List<TensorSpec> shown = new ArrayList<>();
      Set<String> names = new HashSet<>();
      for (TensorSpec spec : own) {
        TensorDeclaration tensor = byName.remove(spec.name());
        TensorSpec next = tensor == null ? spec : redeclared(kind, spec, tensor);
        if (!names.add(next.name())) {
          throw refused(kind, next.name(), "is the name of two of them");
        }
        shown.add(next);
      }
      if (!byName.isEmpty()) {
        throw refused(
            kind,
            new TreeSet<>(byName.keySet()).first(),
            "is declared, but the model has " + own.stream().map(TensorSpec::name).toList());
      }
      return shown;
    }

    private TensorSpec redeclared(String kind, TensorSpec spec, TensorDeclaration tensor)
        throws ServingException {
      DataType dtype = tensor.dtype();
      DataType own = spec.dtype();
      if (dtype != null && own != null && dtype != own) {
        throw refused(
            kind,
            spec.name(),
            "is declared as %s, but the model has %s".formatted(dtype.label(), own.label()));
      }
      Shape shape = tensor.shape();
      if (shape != null && !mayBe(spec.shape(), shape)) {
        throw refused(
            kind,
            spec.name(),
            "is declared with shape %s, but the model has %s".formatted(shape, spec.shape()));
      }
      return new TensorSpec(
          tensor.alias(),
          own == null ? dtype : own,
          spec.reference(),
          shape == null ? spec.shape() : shape,
          spec.nativeName());
    }

    /** True if no dimension is known to both and different. */
    private static boolean mayBe(Shape own, Shape declared) {
      if (!own.hasRank() || !declared.hasRank()) {
        return true;
      }
      if (own.rank() != declared.rank()) {
        return false;
      }
      for (int axis = 0; axis < own.rank(); axis++) {
        if (own.dim(axis) != declared.dim(axis)
            && own.dim(axis) != Shape.UNKNOWN
            && declared.dim(axis) != Shape.UNKNOWN) {
          return false;
        }
      }
      return true;
    }

    private ServingException refused(String kind, String tensor, String problem) {
      return ServingException.invalidArgument(
          "%s %s of %s of %s %s".formatted(kind, tensor, engines, id, problem));
    }
  }
}
