package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.TextFormat;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.source.VersionSelection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelsValidatorTest {
  private static final String GOOD = "name: 'm' base_path: '/m' model_platform: 'tensorflow'";

  private final ModelsValidator validator = new ModelsValidator(Set.of("tensorflow", "onnx"), true);

  private ModelsConfig validate(ModelsConfig current, String... models) throws ServingException {
    StringBuilder text = new StringBuilder("model_config_list {");
    for (String model : models) {
      text.append(" config { ").append(model).append(" }");
    }
    return validator.validate(proto(text.append(" }").toString()), current);
  }

  private static ModelServerConfig proto(String text) {
    try {
      return TextFormat.parse(text, ModelServerConfig.class);
    } catch (TextFormat.ParseException e) {
      throw new AssertionError(e);
    }
  }

  private String refusal(ModelsConfig current, String... models) {
    ServingException failure =
        assertThrows(ServingException.class, () -> validate(current, models));
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    return failure.text();
  }

  private String refusal(String... models) {
    return refusal(ModelsConfig.NOTHING, models);
  }

  @Test
  void duplicateNamesAreRefused() {
    assertEquals("Illegal to list model m multiple times in config list", refusal(GOOD, GOOD));
  }

  @Test
  void relativeAndEmptyPathsAreRefused() {
    assertEquals(
        "Expected model m to have an absolute path or URI; got base_path()=m",
        refusal("name: 'm' base_path: 'm' model_platform: 'tensorflow'"));
    assertEquals(
        "Expected model m to have an absolute path or URI; got base_path()=",
        refusal("name: 'm' model_platform: 'tensorflow'"));
  }

  @Test
  void storageThatCannotBeReadIsNamed() {
    ServingException failure =
        assertThrows(
            ServingException.class,
            () ->
                validate(
                    ModelsConfig.NOTHING,
                    "name: 'm' base_path: 'gs://b/m' model_platform: 'tensorflow'"));
    assertEquals(Code.UNIMPLEMENTED, failure.code());
    assertEquals(
        "Model m has base_path gs://b/m: object stores such as gs:// are not supported yet; expected an absolute path",
        failure.text());
  }

  @Test
  void platformOrTypeIsSetExactlyOnce() {
    assertEquals(
        "Illegal setting neither ModelServerConfig::model_type (deprecated) nor"
            + " ModelServerConfig::model_platform, model name is m",
        refusal("name: 'm' base_path: '/m'"));
    assertEquals(
        "Illegal setting both ModelServerConfig::model_type (deprecated) and"
            + " ModelServerConfig::model_platform, model name is m",
        refusal(GOOD + " model_type: TENSORFLOW"));
    assertEquals(
        "ModelServerConfig::model_type choice 2 not supported.",
        refusal("name: 'm' base_path: '/m' model_type: OTHER"));
  }

  @Test
  void unknownPlatformIsRefusedAndAnEnginesIsNot() throws ServingException {
    assertEquals(
        "Model m requests unsupported platform pytorch",
        refusal("name: 'm' base_path: '/m' model_platform: 'pytorch'"));
    assertEquals(
        "onnx",
        validate(ModelsConfig.NOTHING, "name: 'm' base_path: '/m' model_platform: 'onnx'")
            .models()
            .getFirst()
            .platform());
  }

  @Test
  void changeOfPlatformIsRefusedBeforeItIsLookedUp() throws ServingException {
    ModelsConfig current = validate(ModelsConfig.NOTHING, GOOD);
    for (String platform : List.of("onnx", "pytorch")) {
      assertEquals(
          "Illegal to change a model's platform. For model m platform was tensorflow and new"
              + " platform requested is "
              + platform,
          refusal(current, "name: 'm' base_path: '/m' model_platform: '" + platform + "'"));
    }
  }

  @Test
  void notByTheReferencesRulesThePlatformMayBeLeftToTheFiles() throws ServingException {
    ModelsValidator detecting = new ModelsValidator(Set.of("tensorflow", "onnx"), false);
    ModelsConfig any =
        detecting.validate(
            proto("model_config_list { config { name: 'm' base_path: '/m' } }"),
            ModelsConfig.NOTHING);
    assertEquals("", any.models().getFirst().platform());
    ModelServerConfig named = proto("model_config_list { config { " + GOOD + " } }");
    ModelsConfig tensorflow = detecting.validate(named, any);
    assertEquals("tensorflow", tensorflow.models().getFirst().platform());
    assertEquals(
        "",
        detecting
            .validate(
                proto("model_config_list { config { name: 'm' base_path: '/m' } }"), tensorflow)
            .models()
            .getFirst()
            .platform());
    assertEquals(
        "Model n requests unsupported platform pytorch; engines on the class path have [onnx,"
            + " tensorflow]",
        assertThrows(
                ServingException.class,
                () ->
                    detecting.validate(
                        proto(
                            "model_config_list { config { name: 'n' base_path: '/n'"
                                + " model_platform: 'pytorch' } }"),
                        any))
            .text());
  }

  @Test
  void requestLoggingIsRefused() {
    assertEquals("No request-logger-creator provided.", refusal(GOOD + " logging_config {}"));
  }

  @Test
  void listIsFollowedByAListOnly() throws ServingException {
    ModelsConfig current = validate(ModelsConfig.NOTHING, GOOD);
    ServingException failure =
        assertThrows(ServingException.class, () -> validator.validate(proto(""), current));
    assertEquals(Code.FAILED_PRECONDITION, failure.code());
    assertEquals(
        "Cannot transition to requested config. It is only legal to transition from one"
            + " ModelConfigList to another.",
        failure.text());
    assertEquals(ModelsConfig.NOTHING, validator.validate(proto(""), ModelsConfig.NOTHING));
    assertEquals(List.of(), validate(current).models());
  }

  @Test
  void countOfVersionsIsUnsigned() throws ServingException {
    assertEquals(
        new VersionSelection.Latest(Integer.MAX_VALUE),
        validate(
                ModelsConfig.NOTHING,
                GOOD + " model_version_policy { latest { num_versions: 4294967295 } }")
            .models()
            .getFirst()
            .selection());
  }
}
