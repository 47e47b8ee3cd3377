package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.source.VersionSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelServerConfigReaderTest {
  @TempDir Path directory;

  private final ModelServerConfigReader reader =
      new ModelServerConfigReader(new ModelsValidator(Set.of("tensorflow"), true));

  private Path file(String text) {
    try {
      return Files.writeString(directory.resolve("models.config"), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private ModelsConfig read(String text) throws ConfigException {
    return reader.read(file(text), ModelsConfig.NOTHING);
  }

  private ConfigException refused(String text) {
    return assertThrows(ConfigException.class, () -> read(text));
  }

  @Test
  void everyKeyOfAModelIsRead() throws ConfigException {
    ModelsConfig config =
        read(
            """
            # a comment
            model_config_list: {
              config {
                name: "a", base_path: '/models/a'; model_platform: "tensorflow"
                model_version_policy { specific { versions: [3, 1] versions: 3 } }
                version_labels { key: "stable" value: 1 }
                version_labels { key: "canary" value: 3 }
              }
              config { name: "b" base_path: "file:///models/b" model_type: TENSORFLOW }
              config {
                name: "" base_path: "/c" model_platform: "tensorflow"
                model_version_policy { latest { num_versions: 2 } }
              }
              config {
                name: "d" base_path: "/d" model_platform: "tensorflow"
                model_version_policy { all {} }
              }
              config {
                name: "e" base_path: "/e" model_platform: "tensorflow"
                model_version_policy { latest {} }
              }
            }
            """);
    assertEquals(
        List.of(
            new ModelEntry(
                "a",
                Path.of("/models/a"),
                "tensorflow",
                new VersionSelection.Specific(List.of(1L, 3L)),
                Map.of("stable", 1L, "canary", 3L)),
            entry("b", "/models/b", VersionSelection.DEFAULT),
            entry("", "/c", new VersionSelection.Latest(2)),
            entry("d", "/d", new VersionSelection.All()),
            entry("e", "/e", new VersionSelection.Latest(1))),
        config.models());
    assertEquals(Map.of("a", Map.of("stable", 1L, "canary", 3L)), config.labels());
    assertEquals(5, config.watched().size());
  }

  private static ModelEntry entry(String name, String path, VersionSelection selection) {
    return new ModelEntry(name, Path.of(path), "tensorflow", selection, Map.of());
  }

  @Test
  void emptyFileSaysNothingAndEmptyListUnloadsAll() throws ConfigException {
    assertEquals(ModelsConfig.NOTHING, read(""));
    assertEquals(new ModelsConfig(true, List.of()), read("model_config_list {}"));
  }

  @Test
  void missingFileIsNotFound() {
    ConfigException failure =
        assertThrows(
            ConfigException.class,
            () -> reader.read(directory.resolve("absent"), ModelsConfig.NOTHING));
    assertEquals(Code.NOT_FOUND, failure.code());
    assertEquals(directory.resolve("absent") + "; No such file or directory", failure.text());
  }

  @Test
  void syntaxErrorNamesFileLineAndColumn() {
    ConfigException failure = refused("model_config_list {\n  config { nam: \"a\" }\n}\n");
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertTrue(
        failure
            .text()
            .startsWith(
                "Invalid protobuf file: '"
                    + directory.resolve("models.config")
                    + "': Error parsing text-format tensorflow.serving.ModelServerConfig: 2:12: "),
        failure.text());
    assertTrue(failure.text().contains("nam"), failure.text());
  }

  @Test
  void fieldThatMayOccurOnceIsRefusedTwice() {
    assertTrue(
        refused("model_config_list {} model_config_list {}")
            .text()
            .startsWith("Invalid protobuf file: "));
  }

  @Test
  void faultNamesLineColumnAndKey() {
    assertEquals(
        "Expected model b to have an absolute path or URI; got base_path()=models/b ("
            + directory.resolve("models.config")
            + ":4:5: model_config_list.config[1].base_path)",
        refused(
                """
                model_config_list {
                  config { name: "a" base_path: "/a" model_platform: "tensorflow" }
                  config { name: "b"
                    base_path: "models/b" model_platform: "tensorflow" }
                }
                """)
            .text());
  }

  @Test
  void faultOfAMissingKeyNamesTheModel() {
    assertEquals(
        "Expected model b to have an absolute path or URI; got base_path()= ("
            + directory.resolve("models.config")
            + ":2:3: model_config_list.config[0].base_path)",
        refused("model_config_list {\n  config { name: \"b\" }\n}").text());
  }

  @Test
  void shortListFormIsReadAndItsFaultsAreFound() {
    assertTrue(
        refused(
                """
                model_config_list { config: [
                  { name: "a" base_path: "/a" model_platform: "tensorflow" },
                  { name: "a" base_path: "/a" model_platform: "tensorflow" } ] }
                """)
            .text()
            .startsWith("Illegal to list model a multiple times in config list ("));
  }

  @Test
  void customConfigIsRefused() {
    assertTrue(
        refused("custom_model_config { type_url: \"x\" }")
            .text()
            .endsWith("models.config:1:1: custom_model_config)"));
  }
}
