package dev.sluice.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A validator that knows nothing of Sluice says of files, by the schema, what the server says. */
class FileSchemaTest {
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(FileSchema.text());

  private static List<String> faults(String yaml) {
    Object value = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    return SCHEMA.validate(new Gson().toJson(value), InputFormat.JSON).stream()
        .map(String::valueOf)
        .toList();
  }

  private static void read(String yaml) throws ConfigException {
    var _ = ServerFile.read(Path.of("sluice.yaml"), yaml, _ -> "1");
  }

  @Test
  void theDocumentedExampleIsValid() throws IOException {
    assertEquals(List.of(), faults(DocumentedFileTest.example()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "port: 1",
        "port: ${PORT}",
        "grpc: {port: 1, max_threads: 2}",
        "enable_model_warmup: false",
        "enable_model_warmup: ${WARMUP}",
        "batching: off",
        "batching: {mode: tfs, max_batch_size: 4, allowed_batch_sizes: [2, 4]}",
        "monitoring: {enable: false}",
        "unbatched_models: [a, b]",
        "unbatched_models: a,b",
        "latency_objective_ms: 5",
        "latency_objective_ms: {a: 5.5}",
        "repositories: [/models]",
        "models: {}",
        "models: [{name: m, base_path: /m}]",
        "models: {m: {base_path: /m, versions: all}}",
        "models: {m: {base_path: /m, versions: [1, 2], labels: {a: 1}}}",
        "models: {m: {base_path: /m, versions: {latest: 2}, weight: 0.5}}",
        "models: {m: {base_path: /m, batching: {enabled: true, latency_objective_ms: 1.5}}}",
        "models: {m: {base_path: /m, threads: {lanes: 1, intra_op: 0, inter_op: -1}}}",
      })
  void whatTheServerTakesIsValid(String yaml) throws ConfigException {
    read(yaml);
    assertEquals(List.of(), faults(yaml), yaml);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prot: 1",
        "port: many",
        "port: [1]",
        "grpc: {prot: 1}",
        "enable: {batching: true}",
        "enable_model_warmup: perhaps",
        "batching: fast",
        "batching: {mode: fast}",
        "batching: {mode: tfs, max_size: 4}",
        "monitoring: {enabled: true}",
        "unbatched_models: {a: b}",
        "repositories: /models",
        "models: m",
        "models: [{base_path: /m}]",
        "models: {m: {platform: onnx}}",
        "models: {m: {base_path: /m, versions: 1}}",
        "models: {m: {base_path: /m, versions: {latest: 0}}}",
        "models: {m: {base_path: /m, labels: {a: one}}}",
        "models: {m: {base_path: /m, weight: 9}}",
        "models: {m: {base_path: /m, batching: {enable: true}}}",
        "models: {m: {base_path: /m, threads: {lanes: 0}}}",
      })
  void whatTheServerRefusesIsInvalid(String yaml) {
    assertThrows(ConfigException.class, () -> read(yaml), yaml);
    assertTrue(!faults(yaml).isEmpty(), yaml);
  }

  @Test
  void keysAreDescribedForEditors() {
    JsonObject properties =
        JsonParser.parseString(FileSchema.text()).getAsJsonObject().getAsJsonObject("properties");
    JsonObject port = properties.getAsJsonObject("port");
    assertEquals(8500, port.get("default").getAsInt());
    assertEquals("gRPC TCP port; 0 opens none.", port.get("description").getAsString());
    assertEquals(
        "#/properties/rest_api_port",
        properties
            .getAsJsonObject("rest_api")
            .getAsJsonObject("properties")
            .getAsJsonObject("port")
            .get("$ref")
            .getAsString());
  }
}
