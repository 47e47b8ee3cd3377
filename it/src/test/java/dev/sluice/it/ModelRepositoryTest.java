package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of models, as Triton has it and as a data scientist leaves it. */
class ModelRepositoryTest {
  private static final String X = "{\"instances\": [1.0, 2.0, 5.0]}";

  @TempDir private Path scratch;

  private Path repository() throws IOException {
    Path repository = Files.createDirectory(scratch.resolve("models"));
    // As Triton has it: two versions, of which the first is to be served.
    Path triton = Files.createDirectory(repository.resolve("half"));
    for (int version = 1; version <= 2; version++) {
      ServerProcess.copyTree(
          Models.path("half_plus_two/" + version), folder(triton, version, "model.savedmodel"));
    }
    Files.writeString(
        triton.resolve("config.pbtxt"),
        """
        name: "half"
        platform: "tensorflow_savedmodel"
        version_policy: { specific { versions: [ 1 ] } }
        max_batch_size: 4
        input [ { name: "x" data_type: TYPE_FP32 dims: [ ] } ]
        output [ { name: "y" data_type: TYPE_FP32 dims: [ ] } ]
        instance_group [ { count: 1 kind: KIND_CPU } ]
        dynamic_batching { max_queue_delay_microseconds: 500 }
        """);
    // As it was exported, with other names for clients.
    ServerProcess.copyTree(Models.path("half_plus_two/2"), repository.resolve("plain"));
    Files.writeString(
        repository.resolve("plain/sluice.yaml"),
        """
        inputs: [{name: x, rename: number}]
        outputs: [{name: y, rename: half}]
        """);
    // None of these can be served, and none is in the way of the others.
    Files.createDirectories(repository.resolve("foreign/1"));
    Files.writeString(repository.resolve("foreign/config.pbtxt"), "platform: 'tensorrt_plan'\n");
    Path damaged = Files.createDirectory(repository.resolve("damaged"));
    ServerProcess.copyTree(Models.path("half_plus_two/1"), damaged.resolve("1"));
    Files.writeString(damaged.resolve("sluice.yaml"), "batching:\n  enabled: perhaps\n");
    return repository;
  }

  private static Path folder(Path model, int version, String folder) throws IOException {
    return Files.createDirectories(model.resolve(Integer.toString(version))).resolve(folder);
  }

  @Test
  void foldersAreModelsWhateverTheirLayout() throws Exception {
    Path repository = repository();
    try (ServerProcess server =
        ServerProcess.serve("--model-store=" + repository, "--max-num-load-retries=0")) {
      assertEquals("[2.5,3.0,4.5]", predictions(server, "half", X), "its version 1");
      var response =
          server.post("/v1/models/plain:predict", "{\"inputs\": {\"number\": [1.0, 2.0]}}");
      assertEquals(200, response.statusCode(), response.body());
      assertTrue(compact(response.body()).contains("\"outputs\":[3.5,4.0]"), response.body());
      String metadata = compact(server.get("/v1/models/plain/metadata").body());
      assertTrue(metadata.contains("\"inputs\":{\"number\":{"), metadata);
      assertTrue(metadata.contains("\"outputs\":{\"half\":{"), metadata);
      assertEquals(
          List.of("dynamic_batching.max_queue_delay_microseconds"),
          server.log().stream()
              .filter(line -> line.contains("Model half: these fields"))
              .map(line -> line.substring(line.lastIndexOf(": ") + 2))
              .toList());
      assertTrue(
          server.status("foreign").contains("no module of Sluice has that one"),
          () -> server.status("foreign"));
      assertTrue(
          server
              .status("damaged")
              .contains(
                  "sluice.yaml:2:12: batching.enabled: expected true or false, found 'perhaps'"),
          () -> server.status("damaged"));
      foldersComeAndGo(server, repository);
    }
  }

  private void foldersComeAndGo(ServerProcess server, Path repository) throws Exception {
    Files.writeString(repository.resolve("damaged/sluice.yaml"), "batching:\n  enabled: false\n");
    server.await("repaired", () -> server.status("damaged").contains("AVAILABLE"));
    Path staging = scratch.resolve("staging");
    ServerProcess.copyTree(Models.path("digits"), staging);
    Files.move(staging, repository.resolve("digits"), StandardCopyOption.ATOMIC_MOVE);
    server.await("digits", () -> server.status("digits").contains("AVAILABLE"));
    Files.move(repository.resolve("half"), scratch.resolve("gone"));
    server.await("half is gone", () -> !server.status("half").contains("AVAILABLE"));
    assertTrue(server.status("plain").contains("AVAILABLE"));
  }

  @Test
  void aBasePathMayBeTheModelItselfAndAConfigurationLeaveThePlatformOut() throws Exception {
    Path base = scratch.resolve("export");
    ServerProcess.copyTree(Models.path("half_plus_two/2"), base);
    try (ServerProcess server = ServerProcess.serve("--model_base_path=" + base)) {
      assertEquals("[3.5,4.0,5.5]", predictions(server, "default/versions/1", X));
    }
    Path config =
        Files.writeString(
            scratch.resolve("models.config"),
            "model_config_list { config { name: 'm' base_path: '%s' } }".formatted(base));
    try (ServerProcess server = ServerProcess.serve("--model_config_file=" + config)) {
      assertEquals("[3.5,4.0,5.5]", predictions(server, "m", X));
    }
  }

  private static String predictions(ServerProcess server, String model, String request)
      throws Exception {
    var response = server.post("/v1/models/" + model + ":predict", request);
    assertEquals(200, response.statusCode(), response.body());
    String body = compact(response.body());
    return body.substring(body.indexOf('['), body.indexOf(']') + 1);
  }

  private static String compact(String json) {
    return json.replaceAll("\\s", "");
  }
}
