package dev.sluice.config.folder;

import dev.sluice.config.ConfigException;
import dev.sluice.config.TextProtoFile;
import dev.sluice.engine.ModelSettings;
import dev.sluice.engine.ModelSettings.Declaration;
import dev.sluice.engine.ModelSettings.TensorDeclaration;
import dev.sluice.protos.inference.ModelConfig;
import dev.sluice.protos.inference.ModelInput;
import dev.sluice.protos.inference.ModelInstanceGroup;
import dev.sluice.protos.inference.ModelOutput;
import dev.sluice.protos.inference.ModelTensorReshape;
import dev.sluice.protos.inference.ModelVersionPolicy;
import dev.sluice.servable.Signature;
import dev.sluice.source.VersionSelection;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Triton's {@code config.pbtxt}, and what it means here. */
record TritonConfig(ModelConfig message) {
  static final String FILE = "config.pbtxt";

  /**
   * Reads a file that is there.
   *
   * @throws ConfigException with file, line and column if it is no such message
   */
  static TritonConfig read(Path file) throws ConfigException {
    ModelConfig.Builder message = ModelConfig.newBuilder();
    TextProtoFile.readKnown(file, message);
    if (!FolderSettings.isInside(message.getDefaultModelFilename())) {
      throw ConfigException.invalid(
          "%s: default_model_filename: expected the name of something in the version's directory, found '%s'"
              .formatted(file, message.getDefaultModelFilename()));
    }
    return new TritonConfig(message.build());
  }

  /** Returns the versions that are wanted. */
  VersionSelection selection() {
    ModelVersionPolicy policy = message.getVersionPolicy();
    return switch (policy.getPolicyChoiceCase()) {
      case LATEST -> latest(policy.getLatest().getNumVersions());
      case ALL -> new VersionSelection.All();
      case SPECIFIC -> new VersionSelection.Specific(policy.getSpecific().getVersionsList());
      case POLICYCHOICE_NOT_SET -> VersionSelection.DEFAULT;
    };
  }

  /** The number is unsigned; more versions than an int can count are all versions. */
  private static VersionSelection latest(int unsignedCount) {
    return unsignedCount == 0
        ? VersionSelection.DEFAULT
        : new VersionSelection.Latest(unsignedCount < 0 ? Integer.MAX_VALUE : unsignedCount);
  }

  /** Returns what is said of every version. */
  ModelSettings settings() {
    return new ModelSettings(
        message.getPlatform().isEmpty() ? message.getBackend() : message.getPlatform(),
        message.getDefaultModelFilename(),
        signatures(),
        new ModelSettings.Threads(OptionalInt.empty(), OptionalInt.empty(), instances()),
        batching());
  }

  private Map<String, Declaration> signatures() {
    List<TensorDeclaration> inputs = new ArrayList<>();
    for (ModelInput input : message.getInputList()) {
      inputs.add(
          new TensorDeclaration(
              input.getName(),
              "",
              dtype(input.getDataType()),
              shape(input.getDimsList(), input.hasReshape(), input.getReshape())));
    }
    List<TensorDeclaration> outputs = new ArrayList<>();
    for (ModelOutput output : message.getOutputList()) {
      outputs.add(
          new TensorDeclaration(
              output.getName(),
              "",
              dtype(output.getDataType()),
              shape(output.getDimsList(), output.hasReshape(), output.getReshape())));
    }
    return inputs.isEmpty() && outputs.isEmpty()
        ? Map.of()
        : Map.of(Signature.DEFAULT_KEY, new Declaration(inputs, outputs));
  }

  /** Returns the model's own shape; with batches, the first dimension goes without saying. */
  private Shape shape(List<Long> dims, boolean reshaped, ModelTensorReshape reshape) {
    List<Long> all = new ArrayList<>();
    if (batches()) {
      all.add(Shape.UNKNOWN);
    }
    all.addAll(reshaped ? reshape.getShapeList() : dims);
    return Shape.owning(all.stream().mapToLong(Long::longValue).toArray());
  }

  private static @Nullable DataType dtype(dev.sluice.protos.inference.DataType type) {
    return switch (type) {
      case TYPE_BOOL -> DataType.BOOL;
      case TYPE_UINT8 -> DataType.UINT8;
      case TYPE_UINT16 -> DataType.UINT16;
      case TYPE_UINT32 -> DataType.UINT32;
      case TYPE_UINT64 -> DataType.UINT64;
      case TYPE_INT8 -> DataType.INT8;
      case TYPE_INT16 -> DataType.INT16;
      case TYPE_INT32 -> DataType.INT32;
      case TYPE_INT64 -> DataType.INT64;
      case TYPE_FP16 -> DataType.HALF;
      case TYPE_FP32 -> DataType.FLOAT;
      case TYPE_FP64 -> DataType.DOUBLE;
      case TYPE_STRING -> DataType.STRING;
      case TYPE_BF16 -> DataType.BFLOAT16;
      case TYPE_INVALID, UNRECOGNIZED -> null;
    };
  }

  /** Instances are runs that there may be at once; groups of them add up. */
  private OptionalInt instances() {
    long count =
        message.getInstanceGroupList().stream()
            .mapToLong(ModelInstanceGroup::getCount)
            .filter(ofGroup -> ofGroup > 0)
            .sum();
    return count == 0 ? OptionalInt.empty() : OptionalInt.of((int) Math.min(count, 1 << 16));
  }

  private boolean batches() {
    return message.getMaxBatchSize() > 0;
  }

  /** Without tensors the dims of nothing lack a dimension: then 0 only means that none is said. */
  private ModelSettings.Batching batching() {
    if (batches()) {
      return new ModelSettings.Batching(
          Optional.empty(), OptionalInt.of(message.getMaxBatchSize()), Optional.empty());
    }
    return message.getInputCount() + message.getOutputCount() == 0
        ? ModelSettings.Batching.UNSAID
        : new ModelSettings.Batching(Optional.of(false), OptionalInt.empty(), Optional.empty());
  }
}
