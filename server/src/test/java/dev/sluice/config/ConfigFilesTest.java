package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.tensorflow.ConfigProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smaller files and lists that flags name. */
class ConfigFilesTest {
  @TempDir Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("file.config"), text);
  }

  private static ServerSettings settings(String... flags) throws ConfigException {
    return TestSettings.of(flags);
  }

  private static String refusal(String... flags) {
    return assertThrows(ConfigException.class, () -> settings(flags)).text();
  }

  @Test
  void sessionConfigIsPassedOnWithoutItsThreads() throws Exception {
    Path file =
        file(
            """
            intra_op_parallelism_threads: 3
            inter_op_parallelism_threads: -1
            allow_soft_placement: true
            device_count { key: "CPU" value: 1 }
            graph_options { rewrite_options { constant_folding: OFF } }
            """);
    var engine = settings("--tensorflow_session_config_file=" + file).engine();
    assertEquals(3, engine.intraOpThreads());
    assertEquals(-1, engine.interOpThreads());
    ConfigProto passed = ConfigProto.parseFrom(engine.sessionConfig());
    assertTrue(passed.getAllowSoftPlacement());
    assertEquals(Map.of("CPU", 1), passed.getDeviceCountMap());
    assertEquals(0, passed.getIntraOpParallelismThreads());
  }

  @Test
  void flagsGoBeforeTheSessionConfig() throws Exception {
    Path file = file("intra_op_parallelism_threads: 3 inter_op_parallelism_threads: 4");
    var engine =
        settings(
                "--tensorflow_session_config_file=" + file,
                "--tensorflow_intra_op_parallelism=2",
                "--per_process_gpu_memory_fraction=0.5")
            .engine();
    assertEquals(2, engine.intraOpThreads());
    assertEquals(4, engine.interOpThreads());
    assertEquals(
        0.5,
        ConfigProto.parseFrom(engine.sessionConfig())
            .getGpuOptions()
            .getPerProcessGpuMemoryFraction());
  }

  @Test
  void badSessionConfigIsRefusedWithItsLine() throws Exception {
    String text = refusal("--tensorflow_session_config_file=" + file("\nthreads: 1"));
    assertTrue(text.contains("tensorflow.ConfigProto: 2:1"), text);
  }

  @Test
  void platformFileReplacesTheFlags() throws Exception {
    Path file =
        file(
            """
            platform_configs { key: "tensorflow" value { source_adapter_config {
              [type.googleapis.com/tensorflow.serving.SavedModelBundleSourceAdapterConfig] {
                legacy_config {
                  session_config { intra_op_parallelism_threads: 5 allow_soft_placement: true }
                  saved_model_tags: "gpu"
                  model_warmup_options { num_request_iterations { value: 3 } }
                  batching_parameters { max_batch_size { value: 8 } }
                }
              }
            } } }
            """);
    ServerSettings settings =
        settings("--platform_config_file=" + file, "--saved_model_tags=x", "--enable_model_warmup");
    assertEquals(Set.of("gpu"), settings.engine().tags());
    assertEquals(5, settings.engine().intraOpThreads());
    assertEquals(new ServerSettings.Warmup(false, 3), settings.warmup());
    assertEquals(BatchingMode.TFS, settings.batching().mode());
    assertEquals(8, settings.batching().parameters().maxBatchSize());
  }

  @Test
  void platformFileMustBeAboutTensorFlow() throws Exception {
    assertTrue(refusal("--platform_config_file=" + file("")).contains("no entry for tensorflow"));
    Path other = file("platform_configs { key: 'x' value { } }");
    assertTrue(refusal("--platform_config_file=" + other).contains("platform x is not known"));
  }

  @Test
  void channelArgumentsAreAList() throws ConfigException {
    assertEquals(Map.of("a", "1", "b", "x=y"), ChannelArguments.parse(" a=1 ,b=x=y,").values());
    assertEquals(
        "--grpc_channel_arguments=a: expected key=value,key=value; found a",
        assertThrows(ConfigException.class, () -> ChannelArguments.parse("a")).text());
  }

  @Test
  void tlsFileNamesTheFieldThatIsMissing() throws Exception {
    Path file = file("server_key: 'a'");
    assertEquals(
        file + ": server_cert is empty; expected a certificate in PEM form",
        refusal("--ssl_config_file=" + file));
    file("server_key: 'a' server_cert: 'b' client_verify: true");
    assertTrue(refusal("--ssl_config_file=" + file).contains("custom_ca is empty"));
  }

  @Test
  void tlsFileHoldsTextsAndNoNames() throws Exception {
    Path file = file("server_key: '-----BEGIN a' server_cert: '/etc/tls.crt'");
    assertEquals(
        file + ": server_cert is no PEM text; expected the text itself, not the name of a file",
        refusal("--ssl_config_file=" + file));
  }

  @Test
  void keyIsNotPrinted() throws Exception {
    String secret = "-----BEGIN secret";
    TlsConfig config =
        TlsConfig.read(file("server_key: '" + secret + "' server_cert: '-----BEGIN b'"));
    assertFalse(config.toString().contains("secret"));
    assertEquals(secret, config.serverKey());
  }

  @Test
  void operationLibrariesMustBeThere() throws Exception {
    Path file = file("");
    assertEquals(
        List.of(file),
        settings("--custom_op_libraries=" + file + ",").engine().operationLibraries());
    assertTrue(refusal("--custom_op_libraries=/none.so").contains("/none.so cannot be read"));
  }
}
