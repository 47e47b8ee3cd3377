package dev.sluice.api.tfs;

import dev.sluice.predict.Call;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What Predict checks of a request besides the values, whatever the protocol, in the words of the
 * reference (grpc.md §5). Names in a message are sorted, by code point.
 */
final class PredictChecks {
  private static final Set<String> METHODS =
      Set.of(
          "tensorflow/serving/predict",
          "tensorflow/serving/classify",
          "tensorflow/serving/regress");

  private PredictChecks() {}

  /** Refuses a signature whose method is none of the known ones; off by default. */
  static void method(Signature signature) throws ServingException {
    if (!METHODS.contains(signature.methodName())) {
      throw new ServingException(
          Code.INTERNAL,
          "Expected prediction signature method_name to be one of {tensorflow/serving/predict,"
              + " tensorflow/serving/classify, tensorflow/serving/regress}. Was: "
              + signature.methodName());
    }
  }

  /** Refuses too many inputs, and too few where the signature has no defaults at all. */
  static void inputCount(Signature signature, Set<String> given) throws ServingException {
    int expected = signature.inputs().size();
    if (given.size() == expected || (given.size() < expected && !signature.defaults().isEmpty())) {
      return;
    }
    Set<String> required = new TreeSet<>(CodePointOrder.INSTANCE);
    signature.inputs().forEach(spec -> required.add(spec.name()));
    Set<String> extra = new TreeSet<>(CodePointOrder.INSTANCE);
    extra.addAll(given);
    extra.removeAll(required);
    Set<String> missing = new TreeSet<>(required);
    missing.removeAll(given);
    throw ServingException.invalidArgument(
        "input size does not match signature: %d!=%d len({%s}) != len({%s}). Sent extra: {%s}. Missing but required: {%s}."
            .formatted(
                given.size(),
                expected,
                sorted(given),
                sorted(required),
                sorted(extra),
                sorted(missing)));
  }

  /** Refuses an input that was not given unless it has a default. */
  static void absentInput(Signature signature, int index, Set<String> given)
      throws ServingException {
    if (signature.defaultValue(index) != null) {
      return;
    }
    TensorSpec spec = signature.inputs().get(index);
    throw ServingException.invalidArgument(
        "Signature input alias: %s(feed name: %s) not found in request and no default value provided. Inputs expected to be in the request {%s}, or default input alias set: %s"
            .formatted(
                spec.name(),
                spec.nativeName(),
                sorted(given),
                sorted(signature.defaults().keySet())));
  }

  /**
   * Refuses inputs that the signature does not know; to be called when each of its inputs has a
   * value or a default.
   */
  static void unknownInputs(Signature signature, Set<String> given) throws ServingException {
    Set<String> used = new TreeSet<>(CodePointOrder.INSTANCE);
    for (String name : given) {
      if (signature.inputIndex(name) >= 0) {
        used.add(name);
      }
    }
    if (used.size() < given.size()) {
      throw ServingException.invalidArgument(
          "Inputs contains invalid name. Used request inputs: %s, request input: %s"
              .formatted(sorted(used), sorted(given)));
    }
  }

  /** Restricts a call, whose signature is selected, to the outputs named; none means all. */
  static void selectOutputs(Call call, List<String> filter) throws ServingException {
    if (filter.isEmpty()) {
      return;
    }
    Signature signature = call.signature();
    boolean[] seen = new boolean[signature.outputs().size()];
    int[] indices = new int[Math.min(filter.size(), seen.length)];
    for (int i = 0; i < filter.size(); i++) {
      String alias = filter.get(i);
      int index = signature.outputIndex(alias);
      if (index < 0) {
        throw ServingException.invalidArgument(
            "output tensor alias not found in signature: %s Outputs expected to be in the set {%s}."
                .formatted(
                    alias, sorted(signature.outputs().stream().map(TensorSpec::name).toList())));
      }
      if (seen[index]) {
        throw ServingException.invalidArgument("duplicate output tensor alias: " + alias);
      }
      seen[index] = true;
      indices[i] = index;
    }
    call.selectOutputs(indices);
  }

  private static String sorted(Collection<String> names) {
    return String.join(",", names.stream().sorted(CodePointOrder.INSTANCE).toList());
  }
}
