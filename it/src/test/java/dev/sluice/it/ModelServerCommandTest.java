package dev.sluice.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program under the reference's name: call lines of the field, unchanged. */
class ModelServerCommandTest {
  private static final String USAGE = "usage: tensorflow_model_server";

  @TempDir private Path scratch;

  private record Ended(int code, List<String> lines) {
    boolean has(String start) {
      return lines.stream().anyMatch(line -> line.startsWith(start));
    }
  }

  private static Ended run(String... flags) throws Exception {
    return outcome(ServerProcess.main("tensorflow_model_server", List.of(flags)));
  }

  private static Ended outcome(Process process) throws Exception {
    try (var output = process.inputReader(UTF_8)) {
      List<String> lines = output.lines().toList();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end by itself");
      return new Ended(process.exitValue(), lines);
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  private static String base() {
    return "--model_base_path=" + Models.path("half_plus_two");
  }

  @Test
  void badValuesPrintTheUsageAndExitWith255() throws Exception {
    for (String bad : List.of("--port=abc", "--enable_batching=yes")) {
      Ended ended = run(base(), bad);
      assertEquals(255, ended.code);
      assertTrue(ended.has(USAGE), () -> String.join("\n", ended.lines));
    }
    Ended help = run("--help");
    assertEquals(255, help.code);
    assertEquals(USAGE, help.lines.get(0));
  }

  @Test
  void withoutArgumentsItSaysHowToUseItAndWhatIsMissing() throws Exception {
    Ended ended = run();
    assertEquals(255, ended.code);
    assertEquals(USAGE, ended.lines.get(0));
    assertEquals(
        "Failed to start server. Error: INVALID_ARGUMENT: Both server_options.model_base_path and"
            + " server_options.model_config_file are empty!",
        ended.lines.getLast());
  }

  @Test
  void valuesBehindASpaceAreUnknownArguments() throws Exception {
    Ended ended = run("--model_base_path", Models.path("half_plus_two").toString());
    assertEquals(255, ended.code);
    assertEquals("unknown argument: --model_base_path", ended.lines.get(0));
    assertEquals(USAGE, ended.lines.get(1));
    assertTrue(ended.has("Failed to start server. Error: INVALID_ARGUMENT: Both server_options"));
  }

  @Test
  void versionIsTwoLines() throws Exception {
    Ended ended = run("--version");
    assertEquals(0, ended.code);
    assertEquals(2, ended.lines.size(), () -> String.join("\n", ended.lines));
    assertTrue(ended.lines.get(0).startsWith("TensorFlow ModelServer: "));
    assertTrue(ended.lines.get(1).matches("TensorFlow Library: [0-9]+[.][0-9]+[.][0-9]+"));
  }

  @Test
  void unknownFlagsWarnAndRestMetricsAndHealthAreOffUnlessAskedFor() throws Exception {
    int port = FreePorts.next();
    try (ServerProcess server =
        ServerProcess.launchModelServer(port, 0, base(), "--port=" + port, "--no_such_flag=1")) {
      server.await("gRPC", () -> server.log().stream().anyMatch(s -> s.contains("gRPC ModelS")));
      assertTrue(server.log().contains("unknown argument: --no_such_flag=1"));
      assertFalse(server.log().stream().anyMatch(s -> s.contains("HTTP/REST API")));
      assertEquals(Status.Code.UNIMPLEMENTED, health(port));
    }
  }

  /** The arguments of KServe's serving runtime, with another directory and other ports. */
  @Test
  void kserveArgumentsWork() throws Exception {
    int grpc = FreePorts.next();
    int rest = FreePorts.next();
    try (ServerProcess server =
        ServerProcess.launchModelServer(
            grpc,
            rest,
            "--model_name=flowers",
            "--port=" + grpc,
            "--rest_api_port=" + rest,
            base(),
            "--rest_api_timeout_in_ms=60000")) {
      server.await("REST", () -> server.log().stream().anyMatch(s -> s.contains("HTTP/REST API")));
      assertEquals(
          200, server.post("/v1/models/flowers:predict", "{\"instances\": [1.0]}").statusCode());
      assertEquals(404, server.get("/monitoring/prometheus/metrics").statusCode());
    }
  }

  private static Status.Code health(int port) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } finally {
      channel.shutdownNow();
    }
  }

  /** Copies the scripts beside a launcher that prints its arguments, and calls one of them. */
  private List<String> script(String name, List<String> environment, String... arguments)
      throws Exception {
    Path root = Files.createDirectories(scratch.resolve("an installation"));
    if (!Files.exists(root.resolve("bin"))) {
      ServerProcess.copyTree(Models.dist().resolve("bin"), root.resolve("bin"));
      Path launcher =
          Files.writeString(
              root.resolve("sluice"), "#!/bin/sh\nfor a in \"$@\"; do echo \"$a\"; done\n");
      Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path link = scratch.resolve(name);
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, root.resolve("bin").resolve(name));
    List<String> line =
        new ArrayList<>(List.of("env", "-u", "MODEL_NAME", "-u", "MODEL_BASE_PATH"));
    line.addAll(environment);
    line.add(link.toString());
    line.addAll(List.of(arguments));
    Ended ended = outcome(new ProcessBuilder(line).redirectErrorStream(true).start());
    assertEquals(0, ended.code, () -> String.join("\n", ended.lines));
    return ended.lines;
  }

  @Test
  void entrypointServesTheModelThatTheEnvironmentNames() throws Exception {
    assertEquals(
        List.of(
            "tensorflow_model_server",
            "--port=8500",
            "--rest_api_port=8501",
            "--model_name=model",
            "--model_base_path=/models/model"),
        script("tf_serving_entrypoint.sh", List.of()));
    assertEquals(
        List.of(
            "tensorflow_model_server",
            "--port=8500",
            "--rest_api_port=8501",
            "--model_name=half plus two",
            "--model_base_path=/my models/half plus two",
            "--enable_batching"),
        script(
            "tf_serving_entrypoint.sh",
            List.of("MODEL_NAME=half plus two", "MODEL_BASE_PATH=/my models"),
            "--enable_batching"));
  }

  @Test
  void binaryHandsItsArgumentsOn() throws Exception {
    assertEquals(
        List.of("tensorflow_model_server", "--port=9000", "a b"),
        script("tensorflow_model_server", List.of(), "--port=9000", "a b"));
  }
}
