package dev.sluice.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.engine.ModelSettings;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import dev.sluice.source.VersionSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileModelsTest {
  @TempDir private Path directory;

  private final List<String> warnings = new ArrayList<>();
  private Path file = Path.of("");
  private FileModels models = models();

  private FileModels models() {
    return new FileModels(
        file,
        Map.of("MODELS", "/models")::get,
        new ModelsValidator(Set.of("tensorflow", "onnx"), false),
        warnings::add);
  }

  @BeforeEach
  void inDirectory() {
    file = directory.resolve("sluice.yaml");
    models = models();
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  private static List<String> names(ModelsConfig config) {
    return config.models().stream().map(ModelEntry::name).toList();
  }

  /** Reads as the poll does: what is in force is what was read last. */
  private ModelsConfig next(ModelsConfig current) throws ConfigException {
    ModelsConfig read = models.read(current);
    assertTrue(read.list());
    return read;
  }

  @Test
  void modelsAreAMappingOrAList() throws Exception {
    String keys = "base_path: '${MODELS}/m', platform: onnx, versions: [3, 1], labels: {stable: 1}";
    ModelEntry expected =
        new ModelEntry(
            "m",
            Path.of("/models/m"),
            "onnx",
            new VersionSelection.Specific(List.of(1L, 3L)),
            Map.of("stable", 1L));
    write("models: {m: {%s}}\n".formatted(keys));
    assertEquals(List.of(expected), models.read(ModelsConfig.NOTHING).models());
    write("models: [{name: m, %s}]\n".formatted(keys));
    assertEquals(List.of(expected), models().read(ModelsConfig.NOTHING).models());
    write("models: {a: {base_path: /a, versions: all}, b: {base_path: /b, versions: {latest: 2}}}");
    assertEquals(
        List.of(new VersionSelection.All(), new VersionSelection.Latest(2)),
        models().read(ModelsConfig.NOTHING).models().stream().map(ModelEntry::selection).toList());
  }

  @Test
  void aPlatformWithoutAnEngineIsAMistake() throws IOException {
    write("models:\n  m:\n    base_path: /m\n    platform: onyx\n");
    String text =
        assertThrows(ConfigException.class, () -> models.read(ModelsConfig.NOTHING)).text();
    assertTrue(text.startsWith(file + ":4:15: "), text);
    assertTrue(text.contains("onyx; engines on the class path have [onnx, tensorflow]"), text);
  }

  @Test
  void aChangeCountsAtItsSecondLook() throws Exception {
    write("models: {a: {base_path: /a}}\n");
    ModelsConfig first = next(ModelsConfig.NOTHING);
    write("models: {a: {base_path: /a}, b: {base_path: /b}}\n");
    assertSame(first, next(first), "somebody may still be writing");
    ModelsConfig second = next(first);
    assertEquals(List.of("a", "b"), names(second));
    write("models: {b: {base_path: /b}}\n");
    models.lookNow();
    assertEquals(List.of("b"), names(next(second)), "asked for");
    assertEquals(List.of(), warnings);
  }

  @Test
  void whatSomebodyElseHasChangedStaysUntilTheFileChanges() throws Exception {
    write("models: {a: {base_path: /a}}\n");
    var _ = next(ModelsConfig.NOTHING);
    ModelsConfig byRequest = new ModelsConfig(true, List.of());
    assertSame(byRequest, next(byRequest));
    write("models: {a: {base_path: /a}, b: {base_path: /b}}\n");
    assertSame(byRequest, next(byRequest));
    assertEquals(List.of("a", "b"), names(next(byRequest)));
  }

  @Test
  void whatWasRefusedIsOfferedAgain() throws Exception {
    write("models: {a: {base_path: /a}}\n");
    ModelsConfig first = next(ModelsConfig.NOTHING);
    assertSame(first, next(first));
    write("models: {a: {base_path: /a, labels: {x: 2}}}\n");
    models.lookNow();
    ModelsConfig labelled = next(first);
    assertEquals(Map.of("a", Map.of("x", 2L)), labelled.labels());
    assertEquals(labelled, next(first), "its version is not available yet");
    assertSame(labelled, next(labelled));
  }

  @Test
  void aFileThatIsWrongChangesNothingAndIsToldWithItsLines() throws Exception {
    write("models: {a: {base_path: /a}}\n");
    ModelsConfig first = next(ModelsConfig.NOTHING);
    write("models:\n  a: {base_path: /a}\n  b: {base_pth: /b}\nprot: 1\n");
    assertSame(first, next(first));
    String text = assertThrows(ConfigException.class, () -> models.read(first)).text();
    assertTrue(text.startsWith(file + ": 3 mistakes\n"), text);
    assertTrue(
        text.contains(":3:7: models.b.base_pth: unknown key; did you mean base_path?"), text);
    assertTrue(text.contains(":4:1: prot: unknown key; did you mean port?"), text);
    write("port: 1\n");
    models.lookNow();
    assertTrue(
        assertThrows(ConfigException.class, () -> models.read(first))
            .text()
            .contains("expected models or repositories, found neither; nothing changes"));
    write("models: {c: {base_path: /c}}\n");
    models.lookNow();
    assertEquals(List.of("c"), names(next(first)));
  }

  @Test
  void whatNeedsARestartIsNamed() throws Exception {
    write("port: 1\nbatching: off\nmodels: {a: {base_path: /a}}\n");
    ModelsConfig first = next(ModelsConfig.NOTHING);
    write("port: 2\ndrain_seconds: 9\nbatching: off\nmodels: {a: {base_path: /a, weight: 2}}\n");
    models.lookNow();
    assertSame(first, next(first));
    assertEquals(
        List.of(
            file
                + ": changed since the start, and needs a restart to take effect: drain_seconds,"
                + " model_weights, port"),
        warnings);
  }

  @Test
  void settingsOfModelsHoldForLaterLoads() throws Exception {
    write("models: {a: {base_path: /a, batching: {enabled: false}}}\n");
    ModelsConfig first = next(ModelsConfig.NOTHING);
    ModelVersion version = new ModelVersion(new ServableId("a", 1), "", Path.of("/a/1"));
    assertEquals(Optional.of(false), models.settings().of(version).batching().enabled());
    write(
        "models: {a: {base_path: /a, batching: {latency_objective_ms: 2.5}, threads: {lanes: 3}}}");
    models.lookNow();
    assertSame(first, next(first));
    ModelSettings own = models.settings().of(version);
    assertEquals(Optional.of(Duration.ofNanos(2_500_000)), own.batching().objective());
    assertEquals(3, own.threads().lanes().orElseThrow());
    assertEquals(
        ModelSettings.NONE,
        models.settings().of(new ModelVersion(new ServableId("b", 1), "", Path.of("/b/1"))));
    assertEquals(
        List.of(
            file
                + ": batching or threads have changed for versions that are loaded from now on, of:"
                + " a"),
        warnings);
  }

  @Test
  void repositoriesAreFoundBesideNamedModels() throws Exception {
    Path repository = Files.createDirectory(directory.resolve("repository"));
    Files.createDirectory(repository.resolve("found"));
    Files.createDirectory(repository.resolve("named"));
    write("repositories: [%s]\nmodels: {named: {base_path: /elsewhere}}\n".formatted(repository));
    ModelsConfig first = next(ModelsConfig.NOTHING);
    assertEquals(List.of("named", "found"), names(first));
    assertEquals(Path.of("/elsewhere"), first.models().getFirst().basePath());
    Files.createDirectory(repository.resolve("later"));
    assertEquals(List.of("named", "found", "later"), names(next(first)));
    write("repositories: [/no/such]\n");
    models.lookNow();
    String text = assertThrows(ConfigException.class, () -> models.read(first)).text();
    assertTrue(text.startsWith(file + ": repositories: /no/such cannot be read"), text);
  }
}
