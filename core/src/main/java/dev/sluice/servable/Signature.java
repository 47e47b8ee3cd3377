package dev.sluice.servable;

import dev.sluice.tensor.Tensor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A named way to call a servable: its inputs, its outputs, and defaults for inputs not given.
 *
 * <p>Inputs and outputs are sorted by name and are spoken of by their index. Immutable; the default
 * tensors belong to the servable and must not be closed or written.
 */
public final class Signature {
  /** The key that an empty signature name stands for. */
  public static final String DEFAULT_KEY = "serving_default";

  private final String key;
  private final String methodName;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final Map<String, Tensor> defaults;
  private final Map<String, Integer> inputIndex;
  private final Map<String, Integer> outputIndex;
  private final int[] allOutputs;

  /** Creates a signature; {@code defaults} maps input names to tensors that the servable owns. */
  public Signature(
      String key,
      String methodName,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs,
      Map<String, Tensor> defaults) {
    this.key = key;
    this.methodName = methodName;
    this.inputs = sorted(inputs);
    this.outputs = sorted(outputs);
    this.defaults = Map.copyOf(defaults);
    this.inputIndex = index(this.inputs);
    this.outputIndex = index(this.outputs);
    this.allOutputs = IntStream.range(0, outputs.size()).toArray();
  }

  private static List<TensorSpec> sorted(List<TensorSpec> specs) {
    return specs.stream().sorted(Comparator.comparing(TensorSpec::name)).toList();
  }

  private static Map<String, Integer> index(List<TensorSpec> specs) {
    Map<String, Integer> index = new HashMap<>();
    for (int i = 0; i < specs.size(); i++) {
      index.put(specs.get(i).name(), i);
    }
    return Map.copyOf(index);
  }

  /** Returns the name under which the model lists it. */
  public String key() {
    return key;
  }

  /** Returns the method name, such as {@code tensorflow/serving/predict}; may be empty. */
  public String methodName() {
    return methodName;
  }

  /** Returns the inputs, sorted by name. */
  public List<TensorSpec> inputs() {
    return inputs;
  }

  /** Returns the outputs, sorted by name. */
  public List<TensorSpec> outputs() {
    return outputs;
  }

  /** Returns the default values by input name; empty in most models. */
  public Map<String, Tensor> defaults() {
    return defaults;
  }

  /** Returns the default value of an input, or null. */
  public @Nullable Tensor defaultValue(int input) {
    return defaults.isEmpty() ? null : defaults.get(inputs.get(input).name());
  }

  /** Returns the index of an input, or -1 if there is none of that name. */
  public int inputIndex(String name) {
    return inputIndex.getOrDefault(name, -1);
  }

  /** Returns the index of an output, or -1 if there is none of that name. */
  public int outputIndex(String name) {
    return outputIndex.getOrDefault(name, -1);
  }

  /** Returns 0, 1, … for a run that wants all outputs. Shared: the caller must not write it. */
  public int[] allOutputs() {
    return allOutputs;
  }

  @Override
  public String toString() {
    return "signature " + key;
  }
}
