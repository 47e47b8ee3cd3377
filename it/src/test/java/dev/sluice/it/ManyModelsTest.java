package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.TextFormat;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ReloadConfigRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of many small models, and what loading one costs another. */
class ManyModelsTest {
  private static final String X = "{\"instances\": [1.0, 2.0, 5.0]}";

  @TempDir private Path scratch;

  @Test
  void aHundredModelsAreAllServed() throws Exception {
    run(100);
  }

  @Test
  @Tag("slow")
  void aThousandModelsAreAllServed() throws Exception {
    run(1000);
  }

  private void run(int count) throws Exception {
    for (int i = 0; i <= count; i++) {
      Models.publish(Models.path("half_plus_two/1"), scratch.resolve("m" + i), 1);
    }
    Path config = Files.writeString(scratch.resolve("models.config"), config(count));
    long start = System.nanoTime();
    try (ServerProcess server = ServerProcess.serve("--model_config_file=" + config)) {
      long millis = millisSince(start);
      start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        assertTrue(server.status("m" + i).contains("AVAILABLE"), "m" + i);
      }
      long statusMillis = millisSince(start);
      for (int i = 0; i < count; i += count / 10) {
        var response = server.post("/v1/models/m" + i + ":predict", X);
        assertEquals(200, response.statusCode(), response.body());
      }
      List<String> progress =
          server.log().stream().filter(line -> line.contains(" of " + count + " models")).toList();
      assertTrue(progress.size() <= millis / 1000 + 1, progress::toString);
      System.out.println(
          "many models: %d available after %d ms, RSS %d MiB, status of all %d ms, %d lines of progress"
              .formatted(
                  count, millis, server.residentBytes() >> 20, statusMillis, progress.size()));
      addOne(server, count);
    }
  }

  /** Adds a model by reload, and prints how long that took and what its neighbour noticed. */
  private void addOne(ServerProcess server, int count) throws Exception {
    ReloadConfigRequest request =
        ReloadConfigRequest.newBuilder()
            .setConfig(TextFormat.parse(config(count + 1), ModelServerConfig.class))
            .build();
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      ModelServiceGrpc.ModelServiceBlockingStub service = ModelServiceGrpc.newBlockingStub(channel);
      long start = System.nanoTime();
      Neighbour.watch(server, () -> millisSince(start) > 2000);
      long later = System.nanoTime();
      Neighbour before = Neighbour.watch(server, () -> millisSince(later) > 2000);
      long begun = System.nanoTime();
      CompletableFuture<Long> reload =
          CompletableFuture.supplyAsync(
              () -> {
                assertEquals(
                    0, service.handleReloadConfigRequest(request).getStatus().getErrorCodeValue());
                return millisSince(begun);
              });
      Neighbour during = Neighbour.watch(server, reload::isDone);
      System.out.println(
          "many models: one more beside %d by reload in %d ms; a neighbour before: %s, meanwhile: %s"
              .formatted(count, reload.get(), before, during));
      assertTrue(server.status("m" + count).contains("AVAILABLE"));
    } finally {
      channel.shutdownNow();
    }
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }

  /** What the requests of one client to one model took. */
  private record Neighbour(int requests, long p99Micros, long maxMicros) {
    static Neighbour watch(ServerProcess server, BooleanSupplier done) throws Exception {
      List<Long> micros = new ArrayList<>();
      do {
        long start = System.nanoTime();
        var response = server.post("/v1/models/m0:predict", X);
        micros.add((System.nanoTime() - start) / 1000);
        assertEquals(200, response.statusCode(), response.body());
      } while (!done.getAsBoolean());
      Collections.sort(micros);
      return new Neighbour(micros.size(), micros.get(micros.size() * 99 / 100), micros.getLast());
    }

    @Override
    public String toString() {
      return "p99 %d µs, at most %d µs of %d requests".formatted(p99Micros, maxMicros, requests);
    }
  }

  private String config(int count) {
    StringBuilder config = new StringBuilder("model_config_list {\n");
    for (int i = 0; i < count; i++) {
      config.append(
          "config { name: \"m%d\" base_path: \"%s\" model_platform: \"tensorflow\" }\n"
              .formatted(i, scratch.resolve("m" + i)));
    }
    return config.append("}\n").toString();
  }

  /** Prints what the answers of one model take alone and while versions of another load. */
  @Test
  @Tag("slow")
  void aLoadBesideANeighbour() throws Exception {
    Path busy = Files.createDirectory(scratch.resolve("busy"));
    Path config =
        Files.writeString(
            scratch.resolve("two.config"),
            """
            model_config_list {
              config { name: "m0" base_path: "%s" model_platform: "tensorflow" }
              config { name: "busy" base_path: "%s" model_platform: "tensorflow" }
            }
            """
                .formatted(Models.path("half_plus_two"), busy));
    try (ServerProcess server = ServerProcess.serve("--model_config_file=" + config)) {
      for (int round = 0; round < 3; round++) {
        long start = System.nanoTime();
        Neighbour alone = Neighbour.watch(server, () -> millisSince(start) > 3000);
        for (int version = 1; version <= 5; version++) {
          Models.publish(Models.path("text_classifier/1"), busy, 5 * round + version);
        }
        String last = "\"version\":\"" + 5 * (round + 1) + "\",\"state\":\"AVAILABLE\"";
        Neighbour during =
            Neighbour.watch(
                server, () -> server.status("busy").replaceAll("\\s", "").contains(last));
        System.out.println("a load: alone: %s, meanwhile: %s".formatted(alone, during));
      }
    }
  }
}
