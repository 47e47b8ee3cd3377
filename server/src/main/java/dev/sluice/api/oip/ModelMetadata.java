package dev.sluice.api.oip;

import dev.sluice.servable.Signature;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a model says of itself.
 *
 * @param versions those that can be used now, ascending
 * @param platform the format of its files, such as {@code tensorflow_savedmodel}
 * @param engine what runs it, such as {@code tensorflow}
 * @param inputs those of one signature, sorted by name, as the outputs
 * @param optional the names of inputs that have a value where a request brings none
 */
public record ModelMetadata(
    String name,
    List<String> versions,
    String platform,
    String engine,
    List<TensorMetadata> inputs,
    List<TensorMetadata> outputs,
    Set<String> optional) {
  /** What Triton calls the formats that it, too, can serve. */
  private static final Map<String, String> PLATFORMS =
      Map.of(
          "tensorflow", "tensorflow_savedmodel",
          "onnx", "onnxruntime_onnx",
          "pytorch", "pytorch_libtorch");

  public ModelMetadata {
    versions = List.copyOf(versions);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    optional = Set.copyOf(optional);
  }

  static ModelMetadata of(String name, List<String> versions, String engine, Signature signature) {
    return new ModelMetadata(
        name,
        versions,
        PLATFORMS.getOrDefault(engine, engine),
        engine,
        signature.inputs().stream().map(TensorMetadata::of).toList(),
        signature.outputs().stream().map(TensorMetadata::of).toList(),
        new TreeSet<>(signature.defaults().keySet()));
  }
}
