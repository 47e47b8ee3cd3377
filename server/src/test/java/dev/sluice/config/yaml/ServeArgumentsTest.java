package dev.sluice.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.BatchingMode;
import dev.sluice.config.ConfigException;
import dev.sluice.config.MonitoringConfig;
import dev.sluice.config.ServeOptions;
import dev.sluice.config.ServerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.OptionSpec;

class ServeArgumentsTest {
  private static final String MODEL = "model_base_path: /m\n";

  @TempDir private Path directory;

  private Path file(String text) {
    try {
      return Files.writeString(directory.resolve("sluice.yaml"), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private ServeOptions options(String text, String... arguments) throws ConfigException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--config=" + file(text));
    return ServeArguments.parse(
        Map.of("PORT", "7001", "SECRET", "swordfish")::get, all.toArray(String[]::new));
  }

  private ServerSettings settings(String text, String... arguments) throws ConfigException {
    return options(text, arguments).settings();
  }

  /** Returns the message without the file's directory. */
  private String refusal(String text, String... arguments) {
    return assertThrows(ConfigException.class, () -> settings(text, arguments))
        .text()
        .replace(directory + "/", "");
  }

  @Test
  void keysAreFlagsAndGroupsAreWhatTheirNamesBeginWith() throws ConfigException {
    ServerSettings settings =
        settings(
            MODEL
                + """
                port: 1001
                rest_api:
                  port: 1002
                  timeout_in_ms: 250
                  enable_cors_support: true
                grpc: {max_threads: 3, channel_arguments: {grpc.max_concurrent_streams: 7}}
                drain_seconds: 5
                latency_objective_ms: {bert: 200, tiny: 2.5}
                unbatched_models: [a, b]
                saved_model_tags: serve
                enable-model-warmup: false
                tensorflow: {intra_op_parallelism: 2}
                """);
    assertEquals(1001, settings.grpc().port());
    assertEquals(3, settings.grpc().maxThreads());
    assertEquals(
        Map.of("grpc.max_concurrent_streams", "7"), settings.grpc().channelArguments().values());
    assertEquals(
        new ServerSettings.Rest(1002, 0, Duration.ofMillis(250), true, true), settings.rest());
    assertEquals(Duration.ofSeconds(5), settings.limits().drain());
    assertEquals(Duration.ofMillis(200), settings.limits().objectives().of("bert"));
    assertEquals(Set.of("a", "b"), settings.limits().unbatchedModels());
    assertFalse(settings.warmup().enabled());
    assertEquals(2, settings.engine().intraOpThreads());
  }

  @Test
  void namesOfOtherServersAreKeysToo() throws ConfigException {
    assertEquals(5, settings(MODEL + "grpc: {port: 5}\n").grpc().port());
    assertEquals(6, settings(MODEL + "http_port: 6\n").rest().port());
  }

  /** So that a flag that somebody adds cannot be forgotten here. */
  @Test
  void everyFlagIsAKey() {
    Set<String> keys = FlagKeys.ofServer().flags().keySet();
    for (OptionSpec flag : ServeOptions.flags()) {
      String key = flag.longestName().substring(2);
      assertEquals(!Set.of("config", "help", "version").contains(key), keys.contains(key), key);
    }
    assertTrue(
        FlagKeys.ofServer()
            .groups()
            .keySet()
            .containsAll(Set.of("rest_api", "grpc", "tensorflow")));
    assertFalse(FlagKeys.ofServer().groups().containsKey("enable"));
    assertFalse(FlagKeys.ofServer().groups().containsKey("rest"), "it is called rest_api");
  }

  @Test
  void theCommandLineGoesBeforeTheFile() throws ConfigException {
    String text = MODEL + "port: 1001\nunbatched_models: [a]\nmodel_weights: {a: 2}\n";
    ServerSettings settings =
        settings(text, "--port=2001", "--unbatched-models=b", "--model_name=n");
    assertEquals(2001, settings.grpc().port());
    assertEquals(Set.of("b"), settings.limits().unbatchedModels());
    assertEquals(2.0, settings.limits().weights().of("a"));
    String models = "models: {m: {base_path: /m}}\n";
    assertEquals(
        new ServerSettings.Origin.Repository(List.of(Path.of("/r"))),
        settings(models, "--model_repository=/r").models().origin());
    assertEquals(
        new ServerSettings.Origin.Repository(List.of(Path.of("/r"))),
        settings(MODEL, "--model_repository=/r").models().origin());
    assertEquals(
        new ServerSettings.Origin.YamlFile(directory.resolve("sluice.yaml")),
        settings(models).models().origin());
  }

  @Test
  void variablesOfTheEnvironmentStandInValues() throws ConfigException {
    ServerSettings settings =
        settings(MODEL + "port: ${PORT}\nrest_api_port: ${REST_PORT:-7002}\n");
    assertEquals(7001, settings.grpc().port());
    assertEquals(7002, settings.rest().port());
    assertEquals(
        """
        sluice.yaml:2:7: port: the environment has no variable GRPC; set it, or write ${GRPC:-default}
            2 | port: ${GRPC}
              |       ^""",
        refusal(MODEL + "port: ${GRPC}\n"));
  }

  @Test
  void allMistakesAreToldAtOnceWithTheirPlaces() {
    assertEquals(
        """
        sluice.yaml: 5 mistakes
        sluice.yaml:1:1: prot: unknown key; did you mean port?
            1 | prot: 1
              | ^
        sluice.yaml:2:16: rest_api_port: expected a number from 0 to 65535, found '70000'
            2 | rest_api_port: 70000
              |                ^
        sluice.yaml:3:18: enable_batching: expected true or false, found 'perhaps'
            3 | enable_batching: perhaps
              |                  ^
        sluice.yaml:4:21: grpc.max_threads: expected a whole number, found a list
            4 | grpc: {max_threads: [1], max_thread: 2}
              |                     ^
        sluice.yaml:4:26: grpc.max_thread: unknown key; did you mean max_threads?
            4 | grpc: {max_threads: [1], max_thread: 2}
              |                          ^""",
        refusal(
            """
            prot: 1
            rest_api_port: 70000
            enable_batching: perhaps
            grpc: {max_threads: [1], max_thread: 2}
            """));
  }

  @Test
  void valuesAreCheckedAsOnTheCommandLine() {
    assertTrue(
        refusal("version_policy: both\n")
            .startsWith(
                "sluice.yaml:1:17: version_policy: expected availability_preserving or"
                    + " resource_preserving, found 'both'"),
        refusal("version_policy: both\n"));
    assertTrue(
        refusal("port:\n")
            .startsWith("sluice.yaml:1:6: port: expected a whole number, found nothing"),
        refusal("port:\n"));
    assertTrue(
        refusal("model_weights: {a: 99}\n").contains("found 'a=99'"),
        refusal("model_weights: {a: 99}\n"));
    String missing = refusal("ssl_config_file: /no/such/file\n" + MODEL);
    assertTrue(missing.startsWith("sluice.yaml:1:18: ssl_config_file: "), missing);
    assertTrue(missing.contains("/no/such/file; No such file"), missing);
  }

  @Test
  void aKeyIsGivenOnce() {
    String twice = refusal("port: 1\nport: 2\n");
    assertTrue(twice.startsWith("sluice.yaml:2:1: port: is given twice, also in line 1"), twice);
    String grouped = refusal("port: 1\ngrpc: {port: 2}\n");
    assertTrue(
        grouped.startsWith("sluice.yaml:2:8: grpc.port: is given twice, in line 1 as port"),
        grouped);
  }

  @Test
  void whatIsNoYamlIsToldWithItsPlace() {
    String torn = refusal("port: [1\nmodels: {}\n");
    assertTrue(torn.startsWith("sluice.yaml:2:"), torn);
    String list = refusal("- port\n");
    assertTrue(list.startsWith("sluice.yaml:1:1: expected a mapping, found a list"), list);
    assertEquals(
        directory.resolve("none.yaml")
            + ": expected a file of settings, found no such file (--config)",
        assertThrows(
                ConfigException.class,
                () -> ServeArguments.parse(_ -> null, "--config=" + directory.resolve("none.yaml")))
            .text());
  }

  @Test
  void secretsAreNotShown() {
    String fromEnvironment = refusal(MODEL + "version_policy: ${SECRET}\nport: ${SECRET}\n");
    assertFalse(fromEnvironment.contains("swordfish"), fromEnvironment);
    assertTrue(fromEnvironment.contains("found '${SECRET}'"), fromEnvironment);
    String written = refusal("api_tokne: 1\napi_token: swordfish\n");
    assertFalse(written.contains("swordfish"), written);
    assertTrue(written.contains("    2 | api_token: ***"), written);
  }

  @Test
  void batchingHasAModeAndItsParameters() throws ConfigException {
    ServerSettings.Batching batching =
        settings(
                MODEL
                    + """
                    batching:
                      mode: tfs
                      max_batch_size: 64
                      batch_timeout_micros: 2000
                      allowed_batch_sizes: [16, 64]
                      pad_variable_length_inputs: true
                    """)
            .batching();
    assertEquals(BatchingMode.TFS, batching.mode());
    assertEquals(64, batching.parameters().maxBatchSize());
    assertEquals(Duration.ofMillis(2), batching.parameters().timeout());
    assertEquals(List.of(16L, 64L), batching.parameters().allowedBatchSizes());
    assertTrue(batching.parameters().padVariableLength());
    assertEquals(BatchingMode.OFF, settings(MODEL + "batching: off\n").batching().mode());
    assertEquals(BatchingMode.AUTO, settings(MODEL + "batching: auto\n").batching().mode());
    assertEquals(
        BatchingMode.OFF,
        settings(MODEL + "batching: {mode: tfs}\n", "--enable_batching=false").batching().mode());
  }

  @Test
  void batchingParametersAreChecked() {
    String text = refusal(MODEL + "batching: {mode: tfs, max_batch_size: many}\n");
    assertTrue(
        text.startsWith("sluice.yaml:2:39: batching.max_batch_size: expected a whole number"),
        text);
    String mismatch =
        refusal(MODEL + "batching: {mode: tfs, max_batch_size: 8, allowed_batch_sizes: [4]}\n");
    assertTrue(mismatch.contains("must match max_batch_size"), mismatch);
    String useless = refusal(MODEL + "batching: {max_batch_size: 8}\n");
    assertTrue(useless.contains("expected mode: tfs beside them"), useless);
    String mode = refusal(MODEL + "batching: {mode: fast}\n");
    assertTrue(mode.contains("batching.mode: expected one of auto, off, tfs"), mode);
  }

  @Test
  void monitoringNeedsNoFileOfItsOwn() throws ConfigException {
    assertEquals(
        new MonitoringConfig(true, "/m"),
        settings(MODEL + "monitoring: {path: /m}\n").monitoring());
    assertFalse(settings(MODEL + "monitoring: {enable: false}\n").monitoring().enabled());
    String path = refusal(MODEL + "monitoring: {path: m}\n");
    assertTrue(path.contains("expected a path that begins with /, found 'm'"), path);
  }

  @Test
  void modelsAreNamedInOneWayOnly() {
    String both = refusal("models: {m: {base_path: /m}}\nmodel_base_path: /m\n");
    assertTrue(
        both.startsWith("sluice.yaml:2:1: model_base_path: expected no such key beside models"),
        both);
  }

  @Test
  void modelsAreChecked() {
    String text =
        refusal(
            """
            models:
              a: {base_path: relative}
              b: {platform: onnx}
              c: {base_path: /c, versions: newest, labels: {x: one}}
              d: {base_path: /d, weight: 100, batching: {enable: false}}
              e: {base_path: /e, versions: {latest: 0}, threads: {lanes: 0}}
            """);
    assertTrue(text.startsWith("sluice.yaml: 8 mistakes"), text);
    for (String expected :
        List.of(
            ":2:18: models.a.base_path: Expected model a to have an absolute path",
            ":3:3: models.b.base_path: expected an absolute path, found no such key",
            ":4:32: models.c.versions: expected all, a list of numbers, or {latest: N}, found 'newest'",
            ":4:52: models.c.labels.x: expected a whole number, found 'one'",
            ":5:30: models.d.weight: expected a number from 0.125 to 8.0, found '100'",
            ":5:46: models.d.batching.enable: unknown key; did you mean enabled?",
            ":6:41: models.e.versions.latest: expected a whole number of at least 1, found '0'",
            ":6:62: models.e.threads.lanes: expected a whole number of at least 1, found '0'")) {
      assertTrue(text.contains("sluice.yaml" + expected), expected + " in\n" + text);
    }
  }

  @Test
  void weightsOfModelsAreThoseOfTheFlag() throws ConfigException {
    ServerSettings settings =
        settings("models: {m: {base_path: /m, weight: 0.5}}\nmodel_weights: {x: 2}\n");
    assertEquals(0.5, settings.limits().weights().of("m"));
    assertEquals(2.0, settings.limits().weights().of("x"));
  }

  @Test
  void flagsWithoutEffectWarn() throws ConfigException {
    assertEquals(
        List.of("--mixed_precision is accepted but has no effect"),
        options(MODEL + "mixed_precision: x\n").warnings());
  }
}
