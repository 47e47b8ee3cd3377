package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.EngineOptions;
import dev.sluice.health.HealthOptions;
import dev.sluice.health.RequiredModels;
import dev.sluice.health.WedgeBounds;
import dev.sluice.lifecycle.AvailabilityPreservingPolicy;
import dev.sluice.lifecycle.ResourcePreservingPolicy;
import dev.sluice.servable.Code;
import dev.sluice.source.VersionSelection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeOptionsTest {
  private static final String MODEL = TestSettings.MODEL;

  private static ServerSettings settings(String... arguments) throws ConfigException {
    return ServeOptions.parse(arguments).settings();
  }

  private static ServerSettings withModel(String... arguments) throws ConfigException {
    return TestSettings.of(arguments);
  }

  private static String refusal(String... arguments) {
    return assertThrows(ConfigException.class, () -> withModel(arguments)).text();
  }

  @Test
  void defaultsAreThoseOfTheDesign() throws ConfigException {
    ServerSettings settings = withModel();
    assertEquals(
        new ServerSettings.Grpc(
            8500, Optional.empty(), ChannelArguments.NONE, 0, true, Optional.empty()),
        settings.grpc());
    assertEquals(
        new ServerSettings.Rest(8501, 0, Duration.ofSeconds(30), false, true), settings.rest());
    assertEquals(
        new ServerSettings.Origin.Single(
            new ModelEntry(
                "default", Path.of("/models/m"), "", new VersionSelection.Latest(1), Map.of())),
        settings.models().origin());
    assertEquals(Optional.empty(), settings.models().configPollPeriod());
    assertEquals(Duration.ofSeconds(1), settings.models().versionPollPeriod());
    assertFalse(settings.models().labelsForUnavailable());
    assertFalse(settings.models().byReference());
    assertEquals(0, settings.manager().loadThreads());
    assertEquals(0, settings.manager().unloadThreads());
    assertEquals(5, settings.manager().maxLoadRetries());
    assertEquals(Duration.ofSeconds(60), settings.manager().loadRetryInterval());
    assertEquals(Long.MAX_VALUE, settings.manager().memoryLimitBytes());
    assertEquals(EngineOptions.DEFAULT, settings.engine());
    assertEquals(new ServerSettings.Warmup(true, 0), settings.warmup());
    assertEquals(
        new ServerSettings.Batching(
            BatchingMode.AUTO,
            BatchingParameters.defaults(Runtime.getRuntime().availableProcessors()),
            false),
        settings.batching());
    assertEquals(new ServerSettings.Answers(false, false), settings.answers());
    assertEquals(
        new ServerSettings.Limits(
            Duration.ofSeconds(30),
            10_000,
            Runtime.getRuntime().availableProcessors(),
            4096,
            LatencyObjectives.NONE,
            ModelWeights.EQUAL,
            Set.of()),
        settings.limits());
    assertEquals(MonitoringConfig.DEFAULT, settings.monitoring());
    assertEquals(List.of(), ServeOptions.parse(MODEL).warnings());
  }

  @Test
  void flagsMayHaveDashesAndTheNamesOfOtherServers() throws ConfigException {
    ServerSettings settings =
        settings(
            "--http-port=1", "--grpc_port", "2", "--model-store=/a", "--enable-model-warmup=false");
    assertEquals(1, settings.rest().port());
    assertEquals(2, settings.grpc().port());
    assertEquals(
        new ServerSettings.Origin.Repository(List.of(Path.of("/a"))), settings.models().origin());
    assertFalse(settings.warmup().enabled());
    assertEquals(3, settings(MODEL, "--http_port=3").rest().port());
    assertEquals(4, settings(MODEL, "--rest-api-port=4").rest().port());
    assertEquals("unknown flag --http-prot", refusal("--http-prot=1"));
  }

  @Test
  void repositoriesAreListedOrRepeated() throws ConfigException {
    Path here = Path.of("").toAbsolutePath();
    assertEquals(
        new ServerSettings.Origin.Repository(
            List.of(Path.of("/a"), Path.of("/b"), here.resolve("c"))),
        settings("--model_repository=/a,/b", "--model-repository=c", "--model_repository=/x/../a")
            .models()
            .origin());
    assertEquals(
        "--model_repository=/a,s3://b: expected local directories, found 's3://b'",
        assertThrows(ConfigException.class, () -> settings("--model_repository=/a,s3://b")).text());
  }

  @Test
  void modelsAreNamedInOneWayOnly() {
    assertEquals(
        "--model_repository=/a and --model_base_path=/models/m: expected one of them, since each"
            + " says which models there are",
        refusal("--model_repository=/a"));
    assertEquals(
        "--model_repository=/a and --model_config_file=f: expected one of them, since each says"
            + " which models there are",
        assertThrows(
                ConfigException.class,
                () -> settings("--model_repository=/a", "--model_config_file=f"))
            .text());
  }

  @Test
  void versionPolicyIsOneOfTwo() throws ConfigException {
    assertInstanceOf(AvailabilityPreservingPolicy.class, withModel().manager().policy());
    assertInstanceOf(
        ResourcePreservingPolicy.class,
        settings(MODEL, "--version_policy=resource_preserving").manager().policy());
    ConfigException failure =
        assertThrows(ConfigException.class, () -> settings(MODEL, "--version_policy=x"));
    assertTrue(
        String.valueOf(failure.getMessage()).contains("--version_policy=x: expected"),
        failure::getMessage);
  }

  @Test
  void everyKeyIsRead() throws ConfigException {
    ServerSettings settings =
        settings(
            "--port=1",
            "--grpc_socket_path=/run/s",
            "--grpc_channel_arguments=a=b,c=d",
            "--grpc_max_threads=2",
            "--enable_grpc_healthcheck_service=false",
            "--rest_api_port=3",
            "--rest_api_num_threads=4",
            "--rest_api_timeout_in_ms=5",
            "--rest_api_enable_cors_support",
            "--enable_console=false",
            "--model_name=ignored",
            "--model_base_path=ignored",
            "--model_config_file=models.config",
            "--model_config_file_poll_wait_seconds=6",
            "--file_system_poll_wait_seconds=-7",
            "--allow_version_labels_for_unavailable_models",
            "--num_load_threads=8",
            "--num_unload_threads=9",
            "--max_num_load_retries=10",
            "--load_retry_interval_micros=-11",
            "--saved_model_tags=serve,gpu",
            "--tensorflow_intra_op_parallelism=12",
            "--tensorflow_inter_op_parallelism=13",
            "--enable_model_warmup=false",
            "--num_request_iterations_for_warmup=14",
            "--enable_batching",
            "--enable_per_model_batching_parameters",
            "--enable_signature_method_name_check",
            "--enable_serialization_as_tensor_content",
            "--drain_seconds=15",
            "--max_concurrent_requests=16",
            "--lanes_per_model=17",
            "--lane_queue_capacity=18",
            "--latency_objective_ms=19,m=0.5",
            "--model_weights=m=2.5",
            "--unbatched_models=a, b",
            "--required_models=a, b",
            "--wedged_after_ms=5000,m=60000",
            "--wedged_livez_seconds=20",
            "--prestop_seconds=21");
    assertEquals(
        new ServerSettings.Grpc(
            1,
            Optional.of(Path.of("/run/s")),
            new ChannelArguments(Map.of("a", "b", "c", "d")),
            2,
            false,
            Optional.empty()),
        settings.grpc());
    assertEquals(new ServerSettings.Rest(3, 4, Duration.ofMillis(5), true, false), settings.rest());
    assertEquals(
        new ServerSettings.Models(
            new ServerSettings.Origin.ConfigFile(Path.of("models.config")),
            Optional.of(Duration.ofSeconds(6)),
            Duration.ofSeconds(-7),
            true,
            false),
        settings.models());
    assertEquals(8, settings.manager().loadThreads());
    assertEquals(9, settings.manager().unloadThreads());
    assertEquals(10, settings.manager().maxLoadRetries());
    assertEquals(Duration.ofNanos(-11_000), settings.manager().loadRetryInterval());
    assertEquals(new EngineOptions(Set.of("serve", "gpu"), 12, 13), settings.engine());
    assertEquals(new ServerSettings.Warmup(false, 14), settings.warmup());
    assertEquals(
        new ServerSettings.Batching(
            BatchingMode.TFS,
            BatchingParameters.defaults(Runtime.getRuntime().availableProcessors()),
            true),
        settings.batching());
    assertEquals(new ServerSettings.Answers(true, true), settings.answers());
    assertEquals(
        new ServerSettings.Limits(
            Duration.ofSeconds(15),
            16,
            17,
            18,
            new LatencyObjectives(Duration.ofMillis(19), Map.of("m", Duration.ofNanos(500_000))),
            new ModelWeights(Map.of("m", 2.5)),
            Set.of("a", "b")),
        settings.limits());
    assertEquals(
        new ServerSettings.Health(
            new HealthOptions(
                new WedgeBounds(Duration.ofSeconds(5), Map.of("m", Duration.ofMinutes(1))),
                Duration.ofSeconds(20),
                new RequiredModels.Named(Set.of("a", "b"))),
            Optional.of(Duration.ofSeconds(21))),
        settings.health());
  }

  @Test
  void aServerOfOneModelRequiresItUnlessOtherwiseSaid() throws ConfigException {
    assertEquals(
        new ServerSettings.Health(
            new HealthOptions(WedgeBounds.DEFAULT, Duration.ofMinutes(5), new RequiredModels.All()),
            Optional.empty()),
        withModel().health());
    assertEquals(
        new RequiredModels.None(),
        withModel("--required_models=none").health().options().required());
    assertEquals(
        new RequiredModels.None(),
        settings("--model_config_file=models.config").health().options().required());
    assertEquals(
        new RequiredModels.All(),
        settings("--model_repository=/m", "--required_models=all").health().options().required());
    assertEquals(
        new RequiredModels.None(),
        ServeOptions.parse(Map.of(), List.of("--model_base_path=/m"))
            .settings()
            .health()
            .options()
            .required());
  }

  @Test
  void flagsWithoutEffectAreAcceptedWithOneWarningEach() throws ConfigException {
    String[] idle = {
      "--flush_filesystem_caches",
      "--prefer_tflite_model",
      "--num_tflite_pools",
      "--num_tflite_interpreters_per_pool",
      "--remove_unused_fields_from_bundle_metagraph",
      "--mixed_precision",
      "--enable_profiler",
      "--thread_pool_factory_config_file",
      "--xla_cpu_compilation_enabled",
      "--xla_gpu_compilation_enabled",
      "--skip_initialize_tpu",
    };
    for (String flag : idle) {
      ServeOptions options = ServeOptions.parse(MODEL, flag + "=1", flag + "=0");
      assertEquals(1, options.warnings().size(), flag);
      assertTrue(
          options.warnings().getFirst().startsWith(flag + " is accepted but has no effect"), flag);
      options.settings();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--enable_batching,true",
    "--enable_batching=true,true",
    "--enable_batching=True,true",
    "--enable_batching=1,true",
    "--enable_batching=false,false",
    "--enable_batching=FALSE,false",
    "--enable_batching=0,false"
  })
  void booleansHaveSixForms(String argument, boolean expected) throws ConfigException {
    assertEquals(
        expected ? BatchingMode.TFS : BatchingMode.OFF, withModel(argument).batching().mode());
  }

  @Test
  void nameAndValueMayBeTwoArguments() throws ConfigException {
    assertEquals(1234, withModel("--port", "1234").grpc().port());
    assertEquals(
        Duration.ofSeconds(-1),
        withModel("--file_system_poll_wait_seconds", "-1").models().versionPollPeriod());
    assertEquals(BatchingMode.TFS, withModel("--enable_batching", "true").batching().mode());
    ServerSettings settings = withModel("--enable_batching", "--port", "5");
    assertEquals(BatchingMode.TFS, settings.batching().mode());
    assertEquals(5, settings.grpc().port());
  }

  @Test
  void lastOfRepeatedFlagsCounts() throws ConfigException {
    assertEquals(2, withModel("--port=1", "--port=2").grpc().port());
  }

  @Test
  void valuesAreTakenAsTheyAre() throws ConfigException {
    ServerSettings settings = settings("--model_name=@a=b \"c\"", "--model_base_path=/x=y");
    assertEquals(
        "@a=b \"c\"", ((ServerSettings.Origin.Single) settings.models().origin()).model().name());
  }

  @Test
  void aRestTimeoutBelowOneIsNone() throws ConfigException {
    assertEquals(Duration.ZERO, withModel("--rest_api_timeout_in_ms=0").rest().timeout());
    assertEquals(Duration.ZERO, withModel("--rest_api_timeout_in_ms=-1").rest().timeout());
  }

  @ParameterizedTest
  @CsvSource({
    "--port=abc,--port=abc: expected a whole number of 32 bits",
    "--port=,--port=: expected a whole number of 32 bits",
    "--port=8500.0,--port=8500.0: expected a whole number of 32 bits",
    "--port=70000,--port=70000: expected a number from 0 to 65535",
    "--port=-1,--port=-1: expected a number from 0 to 65535",
    "--load_retry_interval_micros=x,--load_retry_interval_micros=x: expected a whole number of 64 bits",
    "--per_process_gpu_memory_fraction=x,--per_process_gpu_memory_fraction=x: expected a number",
    "--enable_batching=yes,--enable_batching=yes: expected true or false",
    "--num_load_threads=-1,--num_load_threads=-1: expected at least 0",
    "--max_concurrent_requests=0,--max_concurrent_requests=0: expected at least 1",
    "--lane_queue_capacity=0,--lane_queue_capacity=0: expected at least 1",
    "--lanes_per_model=-1,--lanes_per_model=-1: expected at least 0",
    "--drain_seconds=-1,--drain_seconds=-1: expected at least 0",
    "--wedged_livez_seconds=-1,--wedged_livez_seconds=-1: expected at least 0",
    "--wedged_after_ms=soon,'--wedged_after_ms: expected milliseconds or MODEL=milliseconds, found ''soon'''",
    "--port,'--port: expected a whole number of 32 bits, found none'",
    "--modle_name=m,unknown flag --modle_name; did you mean --model_name?",
    "--enable-batchin,unknown flag --enable-batchin; did you mean --enable_batching?",
    "--zebra=1,unknown flag --zebra",
    "stray,'unknown argument stray; expected flags, --name=value'"
  })
  void badArgumentsAreRefusedInOneLine(String argument, String expected) {
    assertEquals(expected, refusal(argument));
  }

  @Test
  void contradictionsAreRefusedWithTheReferencesText() {
    assertEquals(
        "At least one of server_options.grpc_port or server_options.grpc_socket_path must be set.",
        refusal("--port=0"));
    assertEquals(
        "server_options.batching_parameters_file is set without setting"
            + " server_options.enable_batching to true.",
        refusal("--batching_parameters_file=b"));
    assertEquals(
        "Either use_alts_credentials must be false or ssl_config_file must be empty.",
        refusal("--use_alts_credentials", "--ssl_config_file=s"));
    assertTrue(
        refusal(
                "--tensorflow_session_parallelism=1",
                "--tensorflow_intra_op_parallelism=1",
                "--tensorflow_inter_op_parallelism=1")
            .startsWith("Either configure server_options.tensorflow_session_parallelism"));
  }

  @Test
  void encryptionThatIsNotThereIsRefused() {
    assertTrue(refusal("--use_alts_credentials").contains("not supported"));
  }

  @Test
  void socketAloneIsEnough() throws ConfigException {
    assertEquals(
        Optional.of(Path.of("s")),
        withModel("--port=0", "--grpc_socket_path=s").grpc().socketPath());
  }

  @Test
  void modelMustBeNamed() {
    ConfigException failure = assertThrows(ConfigException.class, () -> settings());
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertEquals(
        "Both server_options.model_base_path and server_options.model_config_file are empty! (And"
            + " no --model_repository is given.)",
        failure.text());
  }

  @Test
  void relativeBasePathIsRefused() {
    assertEquals(
        "Expected model m to have an absolute path or URI; got base_path()=models/m",
        assertThrows(
                ConfigException.class,
                () -> settings("--model_name=m", "--model_base_path=models/m"))
            .text());
  }

  @Test
  void parallelismFlagsCombineAsInTheReference() throws ConfigException {
    assertEquals(
        new EngineOptions(Set.of("serve"), 3, 3),
        withModel("--tensorflow_session_parallelism=3").engine());
    assertEquals(
        new EngineOptions(Set.of("serve"), 2, 0),
        withModel("--tensorflow_session_parallelism=3", "--tensorflow_intra_op_parallelism=2")
            .engine());
  }

  @Test
  void missingMonitoringFileCostsTheMetricsOnly() throws ConfigException {
    ServeOptions options = ServeOptions.parse(MODEL, "--monitoring_config_file=/none");
    assertEquals(MonitoringConfig.DISABLED, options.settings().monitoring());
    assertEquals(
        List.of(
            "--monitoring_config_file: no metrics are served: /none; No such file or directory"),
        options.warnings());
  }

  @Test
  void modelsThatFlagsNameAndNobodyConfiguredAreSaid() throws ConfigException {
    ServerSettings settings =
        withModel(
            "--model_name=m",
            "--latency_objective_ms=5,m=1,n=2",
            "--model_weights=m=2,p=4",
            "--unbatched_models=m,o,a");
    ModelEntry model =
        new ModelEntry("m", Path.of("/m"), "tensorflow", VersionSelection.DEFAULT, Map.of());
    assertEquals(
        List.of(
            "--latency_objective_ms: no model 'n' is configured",
            "--model_weights: no model 'p' is configured",
            "--unbatched_models: no model 'a' is configured",
            "--unbatched_models: no model 'o' is configured"),
        settings.limits().warnings(new ModelsConfig(true, List.of(model))));
  }

  @Test
  void helpAndVersionAreAsked() throws ConfigException {
    assertTrue(ServeOptions.parse("--help").helpRequested());
    assertTrue(ServeOptions.parse("--version").versionRequested());
    assertFalse(ServeOptions.parse(MODEL).helpRequested());
    assertTrue(ServeOptions.usage().contains("--model_config_file"));
  }

  @Test
  void distanceCountsEdits() {
    assertEquals(0, FlagErrors.distance("abc", "abc"));
    assertEquals(3, FlagErrors.distance("", "abc"));
    assertEquals(3, FlagErrors.distance("kitten", "sitting"));
    assertEquals(1, FlagErrors.distance("prot", "port"));
  }
}
