package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
    Path config = config(count);
    long start = System.nanoTime();
    try (ServerProcess server = ServerProcess.serve("--model_config_file=" + config)) {
      long millis = (System.nanoTime() - start) / 1_000_000;
      for (int i = 0; i < count; i++) {
        assertTrue(server.status("m" + i).contains("AVAILABLE"), "m" + i);
      }
      for (int i = 0; i < count; i += count / 10) {
        var response = server.post("/v1/models/m" + i + ":predict", X);
        assertEquals(200, response.statusCode(), response.body());
      }
      List<String> progress =
          server.log().stream().filter(line -> line.contains(" of " + count + " models")).toList();
      assertTrue(progress.size() <= millis / 1000 + 1, progress::toString);
      System.out.println(
          "many models: %d available after %d ms, RSS %d MiB, %d lines of progress"
              .formatted(count, millis, server.residentBytes() >> 20, progress.size()));
    }
  }

  private Path config(int count) throws IOException {
    StringBuilder config = new StringBuilder("model_config_list {\n");
    for (int i = 0; i < count; i++) {
      Path base = scratch.resolve("m" + i);
      Models.publish(Models.path("half_plus_two/1"), base, 1);
      config.append(
          "config { name: \"m%d\" base_path: \"%s\" model_platform: \"tensorflow\" }\n"
              .formatted(i, base));
    }
    return Files.writeString(scratch.resolve("models.config"), config.append("}\n"));
  }

  /** Prints the 99th percentile of one model's answers alone and while others load. */
  @Test
  @Tag("slow")
  void aLoadDisturbsItsNeighboursLittle() throws Exception {
    Path busy = scratch.resolve("busy");
    Path neighbour = Models.path("half_plus_two");
    Files.createDirectory(busy);
    Path config =
        Files.writeString(
            scratch.resolve("two.config"),
            """
            model_config_list {
              config { name: "n" base_path: "%s" model_platform: "tensorflow" }
              config { name: "busy" base_path: "%s" model_platform: "tensorflow" }
            }
            """
                .formatted(neighbour, busy));
    try (ServerProcess server = ServerProcess.serve("--model_config_file=" + config)) {
      percentile(server, 3000, 0);
      long alone = percentile(server, 3000, 0);
      long during = percentile(server, 3000, 10);
      System.out.println(
          "neighbour: p99 %d µs alone, %d µs while versions load".formatted(alone, during));
      assertTrue(during <= Math.max(3 * alone, alone + 5_000), alone + " then " + during);
    }
  }

  /** Returns the 99th percentile in µs; meanwhile so many versions come. */
  private long percentile(ServerProcess server, int requests, int versions) throws Exception {
    long[] micros = new long[requests];
    for (int i = 0; i < requests; i++) {
      if (versions > 0 && i % (requests / versions) == 0) {
        Models.publish(
            Models.path("text_classifier/1"),
            scratch.resolve("busy"),
            1 + i / (requests / versions));
      }
      long start = System.nanoTime();
      var response = server.post("/v1/models/n:predict", X);
      micros[i] = (System.nanoTime() - start) / 1000;
      assertEquals(200, response.statusCode(), response.body());
    }
    Arrays.sort(micros);
    return micros[requests * 99 / 100];
  }
}
