package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.ModelServerConfigReader;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.config.ServerSettings;
import dev.sluice.lifecycle.Outcome;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.source.WatchedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsPollTest {
  private static final String MODEL =
      "config { name: '%s' base_path: '/m' model_platform: 'tensorflow' %s }";

  @TempDir private Path directory;

  private final List<String> info = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();
  private final List<List<String>> watched = new ArrayList<>();
  private Path file = Path.of("");
  private ModelsPoll poll = poll();

  private ModelsPoll poll() {
    ModelsValidator validator = new ModelsValidator(Set.of("tensorflow"), true);
    ModelServerConfigReader reader = new ModelServerConfigReader(validator);
    return new ModelsPoll(
        new ModelsOrigin(file.toString(), Optional.empty(), current -> reader.read(file, current)),
        Duration.ofDays(1),
        new ModelReload(validator, new Recorder(), ModelsConfig.NOTHING, false),
        new ModelsPoll.Log(info::add, errors::add));
  }

  private final class Recorder implements ModelReload.Models {
    @Override
    public void setLabels(Map<String, Map<String, Long>> labels, boolean allowUnavailable)
        throws ServingException {
      if (!labels.isEmpty()) {
        throw new ServingException(Code.FAILED_PRECONDITION, "not available");
      }
    }

    @Override
    public void watch(List<WatchedModel> models) {
      watched.add(models.stream().map(WatchedModel::name).toList());
    }

    @Override
    public Map<String, Outcome> await(Collection<String> names, Duration timeout) {
      throw new AssertionError("a file waits for nobody");
    }
  }

  @BeforeEach
  void inDirectory() {
    file = directory.resolve("models.config");
    poll = poll();
  }

  @Test
  void aDirectoryOfModelsIsLookedThroughAgain() throws IOException {
    ModelsValidator validator = new ModelsValidator(Set.of("tensorflow"), false);
    ModelsOrigin origin =
        ModelsOrigin.of(
            new ServerSettings.Models(
                new ServerSettings.Origin.Repository(List.of(directory)),
                Optional.empty(),
                Duration.ofSeconds(5),
                false,
                false),
            validator,
            errors::add);
    assertEquals(Optional.of(Duration.ofSeconds(5)), origin.pollPeriod());
    ModelsPoll directories =
        new ModelsPoll(
            origin,
            Duration.ofDays(1),
            new ModelReload(validator, new Recorder(), ModelsConfig.NOTHING, false),
            new ModelsPoll.Log(info::add, errors::add));
    Files.createDirectory(directory.resolve("a"));
    directories.look();
    directories.look();
    assertEquals(List.of(List.of("a")), watched);
    Files.createDirectory(directory.resolve("b"));
    directories.look();
    Files.delete(directory.resolve("a"));
    directories.look();
    directories.look();
    assertEquals(List.of(List.of("a"), List.of("a", "b"), List.of("b")), watched);
    assertEquals("--model_repository: now serving 1 models", info.getLast());
    assertEquals(List.of(), errors);
  }

  private void write(String... models) throws IOException {
    Files.writeString(file, "model_config_list {\n" + String.join("\n", models) + "\n}");
  }

  private static String model(String name) {
    return MODEL.formatted(name, "");
  }

  @Test
  void changesAreApplied() throws IOException {
    write(model("m"));
    poll.look();
    poll.look();
    write(model("m"), model("n"));
    poll.look();
    assertEquals(List.of(List.of("m"), List.of("m", "n")), watched);
    assertEquals(2, info.size());
    assertEquals(List.of(), errors);
  }

  @Test
  void badFileChangesNothingAndIsLoggedOnceWithItsLine() throws IOException {
    write(model("m"));
    poll.look();
    write(model("m"), "config { nonsense: 1 }");
    poll.look();
    poll.look();
    assertEquals(List.of(List.of("m")), watched);
    assertEquals(1, errors.size());
    assertTrue(
        errors.getFirst().startsWith("Failed to read ModelServerConfig file: ")
            && errors.getFirst().contains("3:10")
            && errors.getFirst().contains("nonsense"),
        errors.getFirst());
    write(model("m"));
    poll.look();
    Files.delete(file);
    poll.look();
    assertEquals(2, errors.size());
    assertTrue(errors.getLast().endsWith("No such file or directory"), errors.getLast());
  }

  @Test
  void emptyFileUnloadsNothing() throws IOException {
    write(model("m"));
    poll.look();
    Files.writeString(file, "");
    poll.look();
    assertEquals(List.of(List.of("m")), watched);
    assertTrue(errors.getFirst().contains("Cannot transition"), errors.getFirst());
  }

  @Test
  void anErrorIsLoggedOnceAndEndsNothing() {
    ModelsPoll failing =
        new ModelsPoll(
            new ModelsOrigin(
                "list",
                Optional.empty(),
                current -> {
                  throw new StackOverflowError("deep");
                }),
            Duration.ofDays(1),
            new ModelReload(
                new ModelsValidator(Set.of(), true), new Recorder(), ModelsConfig.NOTHING, false),
            new ModelsPoll.Log(info::add, errors::add));
    failing.look();
    failing.look();
    assertEquals(
        List.of("PollFilesystemAndReloadConfig failed: java.lang.StackOverflowError: deep (list)"),
        errors);
  }

  @Test
  void refusedLabelIsLogged() throws IOException {
    write(MODEL.formatted("m", "version_labels { key: 'l' value: 1 }"));
    poll.look();
    assertEquals(List.of(), watched);
    assertEquals(
        List.of(
            "PollFilesystemAndReloadConfig failed to ReloadConfig: not available (" + file + ")"),
        errors);
  }
}
