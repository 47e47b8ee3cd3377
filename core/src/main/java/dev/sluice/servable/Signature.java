package dev.sluice.servable;

import dev.sluice.tensor.Tensor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
  private final List<Signature> parts;

  /** Creates a signature; {@code defaults} maps input names to tensors that the servable owns. */
  public Signature(
      String key,
      String methodName,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs,
      Map<String, Tensor> defaults) {
    this(key, methodName, inputs, outputs, defaults, List.of());
  }

  private Signature(
      String key,
      String methodName,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs,
      Map<String, Tensor> defaults,
      List<Signature> parts) {
    this.key = key;
    this.methodName = methodName;
    this.inputs = sorted(inputs);
    this.outputs = sorted(outputs);
    this.defaults = Map.copyOf(defaults);
    this.inputIndex = index(this.inputs);
    this.outputIndex = index(this.outputs);
    this.allOutputs = IntStream.range(0, outputs.size()).toArray();
    this.parts = List.copyOf(parts);
  }

  /**
   * Returns a signature that stands for several of one servable at once, so that they can be
   * computed in a single run. Its inputs and outputs are those of the parts, each once, and have
   * the engine's names for names. It has no defaults.
   */
  public static Signature union(List<Signature> parts) {
    Map<String, TensorSpec> inputs = new HashMap<>();
    Map<String, TensorSpec> outputs = new HashMap<>();
    for (Signature part : parts) {
      part.inputs.forEach(spec -> inputs.put(spec.nativeName(), underNativeName(spec)));
      part.outputs.forEach(spec -> outputs.put(spec.nativeName(), underNativeName(spec)));
    }
    String key = parts.stream().map(Signature::key).collect(Collectors.joining(","));
    return new Signature(
        key, "", List.copyOf(inputs.values()), List.copyOf(outputs.values()), Map.of(), parts);
  }

  private static TensorSpec underNativeName(TensorSpec spec) {
    return new TensorSpec(
        spec.nativeName(), spec.dtype(), spec.reference(), spec.shape(), spec.nativeName());
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

  /** Returns the signatures that this one is the {@linkplain #union union} of; mostly none. */
  public List<Signature> parts() {
    return parts;
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
