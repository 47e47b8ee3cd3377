package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that cannot be loaded must not disturb those that can, whenever they come. */
class BrokenModelsTest {
  private static final String X = "{\"instances\": [1.0, 2.0, 5.0]}";

  @TempDir private Path scratch;

  private static List<Path> broken() throws IOException {
    try (Stream<Path> models = Files.list(Models.path("broken"))) {
      return models.filter(model -> Files.exists(model.resolve("expect.json"))).sorted().toList();
    }
  }

  @Test
  void presentAtTheStart() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_config_file=" + config(Models.path("broken")), "--max_num_load_retries=0")) {
      for (Path model : broken()) {
        checkOutcome(server, model);
      }
      assertGoodAnswers(server);
    }
  }

  @Test
  void addedWhileRunning() throws Exception {
    Path later = Files.createDirectory(scratch.resolve("later"));
    for (Path model : broken()) {
      Files.createDirectory(later.resolve(model.getFileName().toString()));
    }
    try (ServerProcess server =
        ServerProcess.serve("--model_config_file=" + config(later), "--max_num_load_retries=0")) {
      assertGoodAnswers(server);
      for (Path model : broken()) {
        try (Stream<Path> children = Files.list(model)) {
          for (Path child : children.filter(Files::isDirectory).toList()) {
            Path target = later.resolve(model.getFileName().toString());
            // Whole at once: a copy that stalled half-way would be another broken model.
            Path staging = scratch.resolve("staging");
            ServerProcess.copyTree(child, staging);
            Files.move(
                staging,
                target.resolve(child.getFileName().toString()),
                StandardCopyOption.ATOMIC_MOVE);
          }
        }
        checkOutcome(server, model);
        assertGoodAnswers(server);
      }
    }
  }

  private Path config(Path base) throws IOException {
    StringBuilder config = new StringBuilder("model_config_list {\n");
    append(config, "good", Models.path("half_plus_two"));
    for (Path model : broken()) {
      String name = model.getFileName().toString();
      append(config, name, base.resolve(name));
    }
    return Files.writeString(scratch.resolve("models.config"), config.append("}\n"));
  }

  private static void append(StringBuilder config, String name, Path base) {
    config.append(
        "config { name: \"%s\" base_path: \"%s\" model_platform: \"tensorflow\" }\n"
            .formatted(name, base));
  }

  private static void assertGoodAnswers(ServerProcess server) throws Exception {
    var response = server.post("/v1/models/good:predict", X);
    assertEquals(200, response.statusCode(), response.body());
    assertTrue(response.body().contains("[3.5, 4.0, 5.5"), response.body());
  }

  private static void checkOutcome(ServerProcess server, Path model) throws Exception {
    String name = model.getFileName().toString();
    JsonObject expect =
        JsonParser.parseString(Files.readString(model.resolve("expect.json"))).getAsJsonObject();
    String load = expect.get("load").getAsString();
    switch (load) {
      case "ok" -> {
        server.await(name, () -> server.status(name).contains("AVAILABLE"));
        if (expect.has("versions")) {
          String version = "\"version\": \"" + expect.getAsJsonArray("versions").get(0) + "\"";
          assertTrue(server.status(name).contains(version), server.status(name));
        }
      }
      case "no version found" ->
          server.await(
              name,
              () -> server.status(name).contains("Could not find any versions of model " + name));
      case "error" -> {
        server.await(name, () -> server.status(name).contains("\"END\""));
        checkReason(server, name, expect);
      }
      case "version 1 ok, version 2 error" -> {
        server.await(name, () -> server.status(name).contains("\"END\""));
        assertTrue(server.get("/v1/models/" + name).body().contains("\"version\": \"2\""));
      }
      default -> throw new AssertionError("expect.json of " + name + ": " + load);
    }
    if (name.equals("missing_variables")) {
      var response = server.post("/v1/models/missing_variables:predict", X);
      assertEquals(400, response.statusCode(), response.body());
    }
  }

  private static void checkReason(ServerProcess server, String name, JsonObject expect)
      throws InterruptedException {
    JsonObject status =
        JsonParser.parseString(server.status(name))
            .getAsJsonObject()
            .getAsJsonArray("model_version_status")
            .get(0)
            .getAsJsonObject()
            .getAsJsonObject("status");
    String code = status.get("error_code").getAsString();
    String reason = status.get("error_message").getAsString();
    assertTrue(!reason.isEmpty(), name);
    if (expect.has("reference")) {
      JsonObject reference = expect.getAsJsonObject("reference");
      assertEquals(reference.get("error_code").getAsString(), code, reason);
      assertTrue(reason.contains(reference.get("error_message_contains").getAsString()), reason);
    }
    String firstLine = reason.lines().findFirst().orElse("");
    // What the server prints reaches us later than its answer may.
    server.await(
        "in the log: " + firstLine,
        () -> server.log().stream().anyMatch(line -> line.contains(firstLine)));
  }
}
