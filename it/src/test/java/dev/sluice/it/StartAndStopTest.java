package dev.sluice.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees when the server starts, does not start, and stops. */
class StartAndStopTest {
  @TempDir private Path scratch;

  private record Ended(int code, List<String> lines) {}

  private static Ended run(String... flags) throws Exception {
    Process process = ServerProcess.main("serve", List.of(flags));
    String output = outputOf(process);
    return new Ended(process.exitValue(), output.lines().toList());
  }

  /** Returns all that a process prints, which must end by itself. */
  private static String outputOf(Process process) throws Exception {
    CompletableFuture<String> output =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(process.getInputStream().readAllBytes(), UTF_8);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      assertTrue(process.waitFor(5, TimeUnit.MINUTES), "it does not end by itself");
    } finally {
      process.toHandle().destroyForcibly();
    }
    return output.get(60, TimeUnit.SECONDS);
  }

  private static void assertRefused(Ended ended, String... texts) {
    assertEquals(255, ended.code, () -> String.join("\n", ended.lines));
    assertEquals(1, ended.lines.size(), () -> String.join("\n", ended.lines));
    for (String text : texts) {
      assertTrue(ended.lines.get(0).contains(text), ended.lines.get(0));
    }
  }

  @Test
  void badFlagValueIsOneLine() throws Exception {
    assertRefused(run("--port=abc"), "--port", "abc");
    assertRefused(run("--enable_batching=yes", "--model_base_path=/tmp"), "--enable_batching");
  }

  @Test
  void unreadableConfigIsOneLine() throws Exception {
    Path missing = scratch.resolve("nowhere.config");
    assertRefused(run("--model_config_file=" + missing), missing.toString());
    Path bad = Files.writeString(scratch.resolve("bad.config"), "model_config_list {\n  x: 1\n}");
    assertRefused(run("--model_config_file=" + bad), bad.toString(), "2");
  }

  @Test
  void relativeBasePathIsOneLine() throws Exception {
    assertRefused(run("--model_name=m", "--model_base_path=some/dir"), "some/dir", "absolute");
  }

  @Test
  void portInUseIsOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
      String port = Integer.toString(taken.getLocalPort());
      String base = "--model_base_path=" + Models.path("half_plus_two");
      assertRefused(run("--port=" + port, base), port, "--port");
      assertRefused(
          run("--port=" + FreePorts.next(), "--rest_api_port=" + port, base),
          port,
          "--rest_api_port");
    }
  }

  @Test
  void missingModelDirectoryIsWarnedOfOnceAndPickedUpWhenItAppears() throws Exception {
    Path base = scratch.resolve("later");
    try (ServerProcess server =
        ServerProcess.serve("--model_name=m", "--model_base_path=" + base)) {
      assertEquals(404, server.get("/v1/models/m").statusCode());
      // With its version in it: an empty one would be warned of as well.
      Path staging = scratch.resolve("staging");
      Models.publish(Models.path("half_plus_two/1"), staging, 1);
      Files.move(staging, base, StandardCopyOption.ATOMIC_MOVE);
      server.await("version 1", () -> server.status("m").contains("AVAILABLE"));
      long warnings =
          server.log().stream()
              .filter(line -> line.contains("WARNING") && line.contains(base.toString()))
              .count();
      assertEquals(1, warnings, () -> String.join("\n", server.log()));
    }
  }

  @Test
  void sigtermLetsRequestsFinishRefusesNewOnesAndExitsWithZero() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve("--model_name=burn", "--model_base_path=" + Models.path("burn"))) {
      assertEquals(200, server.get("/readyz").statusCode());
      String slow = "{\"signature_name\": \"sleep\", \"inputs\": 3000}";
      CompletableFuture<HttpResponse<String>> running =
          server.postLater("/v1/models/burn:predict", slow);
      server.await("the request to be on its lane", () -> server.hasThread("lane-burn-1-0"));
      server.terminate();
      HttpResponse<String> response = running.get(60, TimeUnit.SECONDS);
      assertEquals(200, response.statusCode(), response.body());
      assertTrue(response.body().contains("3000"), response.body());
      assertEquals(0, server.exitCode());
    }
  }

  /** A run cannot be broken off: the process ends under it, and must do so in order. */
  @Test
  void aRunThatOutlivesTheGraceEndsWithTheProcess() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=burn", "--model_base_path=" + Models.path("burn"), "--drain_seconds=0")) {
      CompletableFuture<HttpResponse<String>> running =
          server.postLater(
              "/v1/models/burn:predict",
              "{\"signature_name\": \"burn\", \"inputs\": 100000000000}");
      server.await("the request to be on its lane", () -> server.hasThread("lane-burn-1-0"));
      server.terminate();
      assertEquals(0, server.exitCode());
      assertTrue(
          server.log().getLast().contains("Left loaded"), () -> String.join("\n", server.log()));
      assertThrows(ExecutionException.class, () -> running.get(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void demoShowsRecognisedDigitsAndEnds() throws Exception {
    Process process =
        ServerProcess.main(
            "demo",
            List.of(
                "--once",
                "--port=" + FreePorts.next(),
                "--rest_api_port=" + FreePorts.next(),
                "--models=" + Models.dist().resolve("models")));
    String output = outputOf(process);
    assertEquals(0, process.exitValue(), output);
    assertTrue(output.contains("curl"), output);
  }
}
