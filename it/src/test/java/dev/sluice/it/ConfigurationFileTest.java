package dev.sluice.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One file for all settings, the check of it, and the status of the server that has it. */
@Timeout(600)
final class ConfigurationFileTest {
  private static final String X = "{\"instances\": [1.0, 2.0, 5.0]}";

  @TempDir private Path scratch;

  private Path write(String text) throws IOException {
    Path staged = Files.writeString(scratch.resolve("sluice.yaml.new"), text);
    return Files.move(
        staged,
        scratch.resolve("sluice.yaml"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  private static String model(String name, String versions) {
    return "  %s: {base_path: %s, versions: %s}\n"
        .formatted(name, Models.path("half_plus_two"), versions);
  }

  private record Ended(int code, String output) {}

  private static Ended run(String command, String... flags) throws Exception {
    Process process = ServerProcess.main(command, List.of(flags));
    try (var output = process.inputReader(UTF_8)) {
      String text = String.join("\n", output.lines().toList());
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end by itself");
      return new Ended(process.exitValue(), text);
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  private static boolean hasLogged(ServerProcess server, String text) {
    return server.log().stream().anyMatch(line -> line.contains(text));
  }

  private static boolean isAvailable(ServerProcess server, String model) {
    return server.status(model).contains("\"AVAILABLE\"");
  }

  private static String server(ServerProcess server) {
    return "--server=127.0.0.1:" + server.restPort();
  }

  /** Returns the steps that a check says, such as "load n 2". */
  private static List<String> steps(Ended check) {
    List<String> steps = new ArrayList<>();
    JsonObject report = JsonParser.parseString(check.output).getAsJsonObject();
    for (JsonElement element : report.getAsJsonArray("changes")) {
      JsonObject change = element.getAsJsonObject();
      steps.add(
          "%s %s %s"
              .formatted(
                  change.get("step").getAsString(),
                  change.get("model").getAsString(),
                  change.get("version").getAsString()));
    }
    return steps;
  }

  @Test
  void modelsFollowTheFileAndSettingsDoNot() throws Exception {
    Path config =
        write(
            "drain_seconds: 7\nenable_model_warmup: false\nmodels:\n"
                + model("half", "[1]")
                + model("gone", "[2]"));
    try (ServerProcess server = ServerProcess.serve("--config=" + config)) {
      assertTrue(server.post("/v1/models/half:predict", X).body().contains("2.5"));
      String next = "drain_seconds: 9\nmodels:\n" + model("half", "[1, 2]") + model("added", "[2]");
      Path planned = Files.writeString(scratch.resolve("next.yaml"), next);
      Ended checked = run("check", "--config=" + planned, "--json", server(server));
      assertEquals(0, checked.code, checked.output);
      assertEquals(
          List.of("load added 2", "unload gone 2", "keep half 1", "load half 2"), steps(checked));
      write(next);
      server.await("the added model", () -> isAvailable(server, "added"));
      server.await(
          "the new version",
          () -> server.status("half").split("\"AVAILABLE\"", -1).length - 1 == 2);
      server.await("the end of the dropped one", () -> !isAvailable(server, "gone"));
      assertTrue(
          hasLogged(server, "needs a restart to take effect: drain_seconds, enable_model_warmup"),
          () -> String.join("\n", server.log()));
      write("modles:\n" + model("half", "[1]"));
      server.await("a complaint", () -> hasLogged(server, "did you mean models?"));
      assertTrue(hasLogged(server, "    1 | modles:"), "with the line");
      assertTrue(isAvailable(server, "added"), "and nothing has changed");
    }
  }

  /** Who ignores the signal, as nohup does, has his children ignore it, and the JVM with them. */
  private static boolean hearsHangUps() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .allMatch(line -> (Character.digit(line.charAt(line.length() - 1), 16) & 1) == 0);
  }

  @Test
  void aHangUpIsALookAtTheFile() throws Exception {
    assumeTrue(hearsHangUps(), "SIGHUP is ignored");
    Path config =
        write("model_config_file_poll_wait_seconds: 86400\nmodels:\n" + model("half", "[1]"));
    try (ServerProcess server = ServerProcess.serve("--config=" + config)) {
      write(
          "model_config_file_poll_wait_seconds: 86400\nmodels:\n"
              + model("half", "[1]")
              + model("added", "[2]"));
      Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(server.pid())).start();
      assertEquals(0, kill.waitFor());
      server.await("the added model", () -> isAvailable(server, "added"));
      assertTrue(server.isAlive());
    }
  }

  @Test
  void aFileWithMistakesEndsTheStart() throws Exception {
    Path config = write("port: many\nmodels:\n  half: {base_path: nowhere}\n");
    Ended ended = run("serve", "--config=" + config);
    assertEquals(255, ended.code);
    assertEquals(
        """
        sluice: %s: 2 mistakes
        %s:1:7: port: expected a whole number of 32 bits, found 'many'
            1 | port: many
              |       ^
        %s:3:21: models.half.base_path: Expected model half to have an absolute path or URI; got base_path()=nowhere
            3 |   half: {base_path: nowhere}
              |                     ^"""
            .formatted(config, config, config),
        ended.output);
  }

  @Test
  void aCheckFindsWhatAStartWould() throws Exception {
    Path damaged = Files.createDirectories(scratch.resolve("damaged/1"));
    Files.writeString(damaged.resolve("readme"), "no model");
    Path config =
        write(
            """
            port: 8501
            models:
              half: {base_path: %s, labels: {stable: 3}}
              digits: {base_path: %s}
              damaged: {base_path: %s}
              empty: {base_path: %s}
            """
                .formatted(
                    Models.path("half_plus_two"),
                    Models.dist().resolve("models/digits"),
                    damaged.getParent(),
                    Files.createDirectory(scratch.resolve("empty"))));
    Ended ended = run("check", "--config=" + config);
    assertEquals(2, ended.code, ended.output);
    for (String expected :
        List.of(
            "error: --port and --rest_api_port: both are 8501",
            "error: Model half: label stable points to version 3; expected one that is served, found [2]",
            "error: No model found for {name: damaged version: 1}",
            "warning: No versions of servable empty found",
            "3 errors, 1 warning")) {
      assertTrue(ended.output.contains(expected), expected + " in\n" + ended.output);
    }
    assertTrue(
        ended.output.lines().anyMatch(line -> line.matches("digits +2  tensorflow +\\S+ \\w+ .*")),
        ended.output);
    Ended well = run("check", "--model_base_path=" + Models.path("half_plus_two"), "--strict");
    assertEquals(0, well.code, well.output);
    assertTrue(well.output.endsWith("All is well."), well.output);
    Ended odd =
        run(
            "check",
            "--model_base_path=" + Models.path("half_plus_two"),
            "--unbatched_models=other",
            "--strict");
    assertEquals(1, odd.code, odd.output);
    Ended schema = run("check", "--schema");
    assertTrue(
        JsonParser.parseString(schema.output)
            .getAsJsonObject()
            .getAsJsonObject("properties")
            .has("models"));
  }

  @Test
  void theStatusShowsModelsAndWhatTheyDo() throws Exception {
    Path damaged = Files.createDirectories(scratch.resolve("damaged/1"));
    Files.writeString(damaged.resolve("model.onnx"), "no model");
    Path config =
        write(
            "max_num_load_retries: 0\nmodels:\n"
                + model("half", "[1, 2]")
                + "  damaged: {base_path: %s}\n".formatted(damaged.getParent()));
    try (ServerProcess server = ServerProcess.serve("--config=" + config)) {
      for (int i = 0; i < 20; i++) {
        assertEquals(200, server.post("/v1/models/half:predict", X).statusCode());
      }
      Ended shown = run("status", server(server), "--interval=0");
      assertEquals(0, shown.code, shown.output);
      assertTrue(shown.output.contains("  ready"), shown.output);
      assertTrue(
          shown
              .output
              .lines()
              .anyMatch(line -> line.matches("half +1  AVAILABLE  tensorflow_savedmodel .*")),
          shown.output);
      assertTrue(
          shown.output.lines().anyMatch(line -> line.matches(".*\\(\\d+\\.\\d+\\).*")),
          shown.output);
      assertTrue(shown.output.contains("damaged, version 1: "), shown.output);
      Ended json = run("status", server(server), "--json");
      assertEquals(
          3,
          JsonParser.parseString(json.output).getAsJsonObject().getAsJsonArray("versions").size());
    }
    Ended nobody = run("status", "--server=127.0.0.1:" + FreePorts.next(), "--interval=0");
    assertEquals(1, nobody.code);
    assertTrue(nobody.output.startsWith("sluice status: no server at http://"), nobody.output);
  }
}
