package dev.sluice.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ServeOptions;
import dev.sluice.config.ServerSettings;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.engine.SettingsSource;
import dev.sluice.engine.VersionFiles;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.source.VersionSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelCheckTest {
  @TempDir private Path directory;

  private final List<Finding> findings = new ArrayList<>();
  private long memory = 1000;

  /** Reads what has a file "text". */
  private static final class TextEngine implements Engine {
    @Override
    public String name() {
      return "text";
    }

    @Override
    public boolean recognizes(Path folder) {
      return Files.exists(folder.resolve("text"));
    }

    @Override
    public Loader loaderFor(ModelVersion version, EngineOptions options) {
      return new Loader() {
        @Override
        public ResourceEstimate estimate() throws ServingException {
          return new ResourceEstimate(VersionFiles.size(version));
        }

        @Override
        public Servable load() {
          throw new AssertionError("nothing is loaded");
        }

        @Override
        public void unload() {
          throw new AssertionError("nothing is loaded");
        }
      };
    }
  }

  private Path version(String model, long version, String file) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(model).resolve("" + version));
    Files.writeString(folder.resolve(file), "12345");
    return folder;
  }

  private ModelEntry entry(String name, String folder, Map<String, Long> labels) {
    return new ModelEntry(name, directory.resolve(folder), "", new VersionSelection.All(), labels);
  }

  private List<PlannedModel> plan(List<String> flags, ModelEntry... models) throws Exception {
    List<String> all = new ArrayList<>(flags);
    all.add("--model_base_path=/m");
    ServerSettings settings = ServeOptions.parse(all.toArray(String[]::new)).settings();
    return new ModelCheck(
            settings, List.of(new TextEngine()), SettingsSource.NOTHING, memory, findings::add)
        .plan(new ModelsConfig(true, List.of(models)));
  }

  private String only() {
    assertEquals(1, findings.size(), findings.toString());
    return findings.getFirst().severity() + " " + findings.getFirst().text();
  }

  @Test
  void versionsAreFoundWithTheirEnginesAndSizes() throws Exception {
    version("a", 1, "text");
    version("a", 3, "text");
    assertEquals(
        List.of(
            new PlannedModel(
                "a",
                directory.resolve("a"),
                List.of(
                    new PlannedModel.Version(1, "text", OptionalLong.of(5)),
                    new PlannedModel.Version(3, "text", OptionalLong.of(5))))),
        plan(List.of(), entry("a", "a", Map.of("stable", 3L))));
    assertEquals(List.of(), findings);
  }

  @Test
  void whatNoEngineReadsIsAnError() throws Exception {
    version("a", 1, "saved_model.pb");
    assertEquals(
        List.of(new PlannedModel.Version(1, "", OptionalLong.empty())),
        plan(List.of(), entry("a", "a", Map.of())).getFirst().versions());
    assertTrue(only().startsWith("ERROR "), only());
    assertTrue(only().contains("sluice-engine-tensorflow"), only());
  }

  @Test
  void filesBesideAModelAreRead() throws Exception {
    version("a", 1, "text");
    Files.writeString(directory.resolve("a/sluice.yaml"), "batching:\n  enabled: perhaps\n");
    var _ = plan(List.of(), entry("a", "a", Map.of()));
    assertTrue(only().startsWith("ERROR "), only());
    assertTrue(
        only().contains("sluice.yaml:2:12: batching.enabled: expected true or false"), only());
  }

  @Test
  void parametersOfVersionsAreRead() throws Exception {
    Path folder = version("a", 1, "text");
    Files.writeString(folder.resolve("batching_params.pbtxt"), "max_batch_size { value: 0 }");
    var _ = plan(List.of(), entry("a", "a", Map.of()));
    assertEquals(List.of(), findings, "nobody would look at it");
    var _ =
        plan(
            List.of("--enable_batching", "--enable_per_model_batching_parameters"),
            entry("a", "a", Map.of()));
    assertTrue(only().contains("input_batch_size_limit must be positive; was 0"), only());
  }

  @Test
  void labelsPointToVersionsThatAreServed() throws Exception {
    version("a", 1, "text");
    var _ = plan(List.of(), entry("a", "a", Map.of("canary", 2L)));
    assertEquals(
        "ERROR Model a: label canary points to version 2; expected one that is served, found [1]",
        only());
    findings.clear();
    var _ =
        plan(
            List.of("--allow_version_labels_for_unavailable_models"),
            entry("a", "a", Map.of("canary", 2L)));
    assertTrue(only().startsWith("WARNING "), only());
  }

  @Test
  void modelsWithoutVersionsWarn() throws Exception {
    Files.createDirectory(directory.resolve("empty"));
    version("a", 1, "text");
    var _ = plan(List.of(), entry("a", "a", Map.of()), entry("e", "empty", Map.of()));
    assertTrue(only().startsWith("WARNING No versions of servable e found"), only());
    findings.clear();
    var _ = plan(List.of(), entry("n", "nowhere", Map.of()));
    assertTrue(findings.getFirst().text().contains("Could not find base path"), "first");
    assertTrue(findings.getLast().text().startsWith("No model has a version"), "the only one");
  }

  @Test
  void twoModelsOfOnePathWarn() throws Exception {
    version("a", 1, "text");
    var _ = plan(List.of(), entry("a", "a", Map.of()), entry("b", "a", Map.of()));
    assertTrue(only().startsWith("WARNING Models a and b have the same base path"), only());
  }

  @Test
  void moreThanThereIsMemoryWarns() throws Exception {
    memory = 12;
    version("a", 1, "text");
    version("a", 2, "text");
    version("a", 3, "text");
    var _ = plan(List.of(), entry("a", "a", Map.of()));
    assertTrue(only().startsWith("WARNING The models may need 15 B of memory"), only());
  }
}
