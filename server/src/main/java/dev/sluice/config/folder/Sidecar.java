package dev.sluice.config.folder;

import dev.sluice.config.ConfigException;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.ModelSettings.Declaration;
import dev.sluice.engine.ModelSettings.TensorDeclaration;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads a {@code sluice.yaml} (docs/configure.md). */
final class Sidecar {
  static final String FILE = "sluice.yaml";

  private static final Set<String> DECLARATION = Set.of("inputs", "outputs");
  private static final Set<String> TENSOR = Set.of("name", "rename", "dtype", "shape");
  private static final Set<String> KEYS =
      Set.of("platform", "model_file", "inputs", "outputs", "signatures", "batching", "threads");

  /** By TensorFlow's names, and NumPy's where those are others. */
  private static final Map<String, DataType> DTYPES = new TreeMap<>();

  static {
    for (DataType type : DataType.values()) {
      if (type.isFixedSize() || type == DataType.STRING) {
        DTYPES.put(type.label(), type);
      }
    }
    DTYPES.put("float16", DataType.HALF);
    DTYPES.put("float32", DataType.FLOAT);
    DTYPES.put("float64", DataType.DOUBLE);
  }

  private Sidecar() {}

  /**
   * Reads a file that is there.
   *
   * @throws ConfigException with file, line, column and key of what is wrong
   */
  static ModelSettings read(Path file) throws ConfigException {
    YamlMap root = YamlMap.read(file, KEYS);
    return new ModelSettings(
        root.text("platform"),
        modelFile(root),
        signatures(root),
        threads(root.map("threads", Set.of("intra_op", "inter_op", "lanes"))),
        batching(
            root.map("batching", Set.of("enabled", "max_batch_size", "latency_objective_ms"))));
  }

  private static String modelFile(YamlMap root) throws ConfigException {
    String name = root.text("model_file");
    if (!FolderSettings.isInside(name)) {
      throw root.refused("model_file", "the name of something in the version's directory");
    }
    return name;
  }

  private static Map<String, Declaration> signatures(YamlMap root) throws ConfigException {
    Map<String, Declaration> signatures = new HashMap<>();
    for (Map.Entry<String, YamlMap> entry : root.mapsByKey("signatures", DECLARATION).entrySet()) {
      signatures.put(entry.getKey(), declaration(entry.getValue()));
    }
    if (root.has("inputs") || root.has("outputs")) {
      Declaration common = declaration(root);
      if (signatures.put(Signature.DEFAULT_KEY, common) != null) {
        throw root.refused(
            "signatures",
            "none of the name %s beside the keys inputs and outputs, which stand for it"
                .formatted(Signature.DEFAULT_KEY));
      }
    }
    return signatures;
  }

  private static Declaration declaration(YamlMap map) throws ConfigException {
    return new Declaration(tensors(map, "inputs"), tensors(map, "outputs"));
  }

  private static List<TensorDeclaration> tensors(YamlMap map, String key) throws ConfigException {
    List<TensorDeclaration> tensors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlMap tensor : map.maps(key, TENSOR)) {
      String name = tensor.neededText("name");
      if (name.isEmpty() || !names.add(name)) {
        throw tensor.refused("name", "a name that no other tensor here has");
      }
      tensors.add(
          new TensorDeclaration(
              name,
              tensor.text("rename"),
              dtype(tensor),
              tensor.dimensions("shape").map(Shape::owning).orElse(null)));
    }
    return tensors;
  }

  private static @Nullable DataType dtype(YamlMap tensor) throws ConfigException {
    if (!tensor.has("dtype")) {
      return null;
    }
    DataType type = DTYPES.get(tensor.text("dtype"));
    if (type == null) {
      throw tensor.refused("dtype", "one of " + DTYPES.keySet());
    }
    return type;
  }

  private static ModelSettings.Threads threads(Optional<YamlMap> map) throws ConfigException {
    return map.isEmpty()
        ? ModelSettings.Threads.UNSAID
        : new ModelSettings.Threads(
            map.get().atLeast(0, "intra_op"),
            map.get().atLeast(-1, "inter_op"),
            map.get().atLeast(1, "lanes"));
  }

  private static ModelSettings.Batching batching(Optional<YamlMap> map) throws ConfigException {
    if (map.isEmpty()) {
      return ModelSettings.Batching.UNSAID;
    }
    OptionalDouble millis = map.get().positive("latency_objective_ms");
    return new ModelSettings.Batching(
        map.get().truth("enabled"),
        map.get().atLeast(1, "max_batch_size"),
        millis.isEmpty()
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(Math.round(millis.getAsDouble() * 1e6))));
  }
}
