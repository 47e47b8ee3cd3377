package dev.sluice.api.tfs;

import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One signature of a model that is run on Examples. Immutable. */
final class ExampleTask {
  private static final String INPUTS = "inputs";

  private final ExampleMethod method;
  private final Signature signature;
  private final int[] outputs;

  private ExampleTask(ExampleMethod method, Signature signature, int[] outputs) {
    this.method = method;
    this.signature = signature;
    this.outputs = outputs;
  }

  /**
   * Checks that a method can run a signature, in the reference's order (grpc.md §6, §7).
   *
   * @param servable the signature's
   * @param checkMethod whether the signature must also declare the method
   */
  static ExampleTask of(
      ExampleMethod method, Signature signature, Servable servable, boolean checkMethod)
      throws ServingException {
    if (checkMethod && !signature.methodName().equals(method.methodName())) {
      throw ServingException.invalidArgument(
          "Expected %s signature method_name to be %s. Was: %s"
              .formatted(method.noun(), method.methodName(), signature.methodName()));
    }
    if (signature.inputs().size() != 1) {
      throw ServingException.invalidArgument("Expected one input Tensor.");
    }
    method.checkOutputCount(signature.outputs().size());
    SignatureText text = new SignatureText(servable);
    if (signature.inputIndex(INPUTS) < 0) {
      throw ServingException.invalidArgument(
          "No " + method.noun() + " inputs found in SignatureDef: " + text.of(signature));
    }
    return new ExampleTask(method, signature, method.outputs(signature, text));
  }

  Signature signature() {
    return signature;
  }

  /** Returns the signature's outputs that the method needs, by index. Not to be written. */
  int[] outputs() {
    return outputs;
  }

  /** Returns the value of an output by its name, or null if the signature has none. */
  @Nullable Tensor value(String output, Tensor[] values) {
    for (int i = 0; i < outputs.length; i++) {
      if (signature.outputs().get(outputs[i]).name().equals(output)) {
        return values[i];
      }
    }
    return null;
  }

  /** Checks the values of the task's outputs. */
  ExampleResult result(Tensor[] values, long examples) throws ServingException {
    return method.result(this, values, examples);
  }
}
