package dev.sluice.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormatParseInfoTree;
import com.google.protobuf.TextFormatParseLocation;
import dev.sluice.protos.serving.ModelConfig;
import dev.sluice.protos.serving.ModelConfigList;
import dev.sluice.protos.serving.ModelServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads a model configuration from a text proto file (config.md §1.3, §2). An empty file is a
 * configuration that says nothing. Thread-safe.
 */
public final class ModelServerConfigReader {
  private final ModelsValidator validator;

  public ModelServerConfigReader(ModelsValidator validator) {
    this.validator = validator;
  }

  /**
   * Reads and checks a file.
   *
   * @param current the configuration in force, {@link ModelsConfig#NOTHING} at first
   * @throws ConfigException NOT_FOUND if the file is missing; otherwise with the file, the line and
   *     the key that are wrong
   */
  public ModelsConfig read(Path file, ModelsConfig current) throws ConfigException {
    TextFormatParseInfoTree.Builder places = TextFormatParseInfoTree.builder();
    ModelServerConfig.Builder proto = ModelServerConfig.newBuilder();
    TextProtoFile.read(file, proto, places);
    return switch (validator.check(proto.build(), current)) {
      case ModelsValidator.Verdict.Accepted(ModelsConfig config) -> config;
      case ModelsValidator.Verdict.Refused(ModelsValidator.Fault fault) ->
          throw new ConfigException(
              fault.reason().code(),
              "%s (%s)".formatted(fault.reason().text(), place(file, fault, places.build())));
    };
  }

  /** Returns file:line:column: key, without the numbers where the parser does not know them. */
  private static String place(
      Path file, ModelsValidator.Fault fault, TextFormatParseInfoTree places) {
    if (fault.model() < 0) {
      FieldDescriptor field = ModelServerConfig.getDescriptor().findFieldByNumber(fault.field());
      return at(file, get(places.getLocations(field), 0)) + field.getName();
    }
    FieldDescriptor field = ModelConfig.getDescriptor().findFieldByNumber(fault.field());
    return at(file, location(fault.model(), field, places))
        + "model_config_list.config[%d].%s".formatted(fault.model(), field.getName());
  }

  /** Returns where a model's key is; if it is missing, where the model is that lacks it. */
  private static Optional<TextFormatParseLocation> location(
      int model, FieldDescriptor field, TextFormatParseInfoTree places) {
    FieldDescriptor list =
        ModelServerConfig.getDescriptor()
            .findFieldByNumber(ModelServerConfig.MODEL_CONFIG_LIST_FIELD_NUMBER);
    FieldDescriptor config =
        ModelConfigList.getDescriptor().findFieldByNumber(ModelConfigList.CONFIG_FIELD_NUMBER);
    Optional<TextFormatParseInfoTree> models = get(places.getNestedTrees(list), 0);
    return models
        .flatMap(tree -> get(tree.getNestedTrees(config), model))
        .flatMap(tree -> get(tree.getLocations(field), 0))
        .or(() -> models.flatMap(tree -> get(tree.getLocations(config), model)));
  }

  private static <T> Optional<T> get(List<T> list, int index) {
    return index < list.size() ? Optional.of(list.get(index)) : Optional.empty();
  }

  private static String at(Path file, Optional<TextFormatParseLocation> location) {
    return location
        .map(found -> "%s:%d:%d: ".formatted(file, found.getLine() + 1, found.getColumn() + 1))
        .orElse(file + ": ");
  }
}
