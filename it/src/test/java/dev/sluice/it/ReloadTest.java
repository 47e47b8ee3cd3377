package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.TextFormat;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.ReloadConfigRequest;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models are added, removed, renamed and relabelled, by request and by file, while clients ask. */
@Timeout(600)
class ReloadTest {
  private static final String MODEL =
      "config { name: '%s' base_path: '%s' model_platform: 'tensorflow' %s }";
  private static final String ROW =
      "%s model_version_policy { specific { versions: 1 versions: 2 } }";

  @TempDir private Path scratch;

  private static String labelled(String label, long version) {
    return ROW.formatted("version_labels { key: '%s' value: %d }".formatted(label, version));
  }

  private String model(String name, String rest) {
    return MODEL.formatted(name, Models.path("half_plus_two"), rest);
  }

  private static String list(String... models) {
    return "model_config_list { " + String.join("\n", models) + " }";
  }

  private Path file(String text) throws IOException {
    Path staged = Files.writeString(scratch.resolve("models.config.new"), text);
    return Files.move(
        staged,
        scratch.resolve("models.config"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** A client of both services. */
  private record Client(ManagedChannel channel) implements AutoCloseable {
    static Client of(ServerProcess server) {
      return new Client(
          ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build());
    }

    void reload(String config) throws TextFormat.ParseException {
      reload(config, 60);
    }

    void reload(String config, int seconds) throws TextFormat.ParseException {
      var _ =
          ModelServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(seconds, TimeUnit.SECONDS)
              .handleReloadConfigRequest(
                  ReloadConfigRequest.newBuilder()
                      .setConfig(TextFormat.parse(config, ModelServerConfig.class))
                      .build());
    }

    /** Returns 10/2 + c, where c is 2 for version 1 and 3 for version 2. */
    float predict(ModelSpec spec) {
      return PredictionServiceGrpc.newBlockingStub(channel)
          .predict(
              PredictRequest.newBuilder()
                  .setModelSpec(spec)
                  .putInputs(
                      "x",
                      TensorProto.newBuilder()
                          .setDtype(DataType.DT_FLOAT)
                          .setTensorShape(
                              TensorShapeProto.newBuilder()
                                  .addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
                          .addFloatVal(10f)
                          .build())
                  .build())
          .getOutputsOrThrow("y")
          .getFloatVal(0);
    }

    float predict(String model) {
      return predict(ModelSpec.newBuilder().setName(model).build());
    }

    float labelled(String model, String label) {
      return predict(ModelSpec.newBuilder().setName(model).setVersionLabel(label).build());
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  @Test
  void noRequestFailsWhileModelsComeAndGoBesideIt() throws Exception {
    Path config = file(list(model("m", ROW.formatted(""))));
    try (ServerProcess server = ServerProcess.serve("--model_config_file=" + config);
        Client client = Client.of(server)) {
      client.reload(list(model("m", labelled("stable", 1))));
      try (Hammer latest = new Hammer(server, "m", 8, (seen, protocol) -> seen.y() == 8f);
          LabelHammer stable = new LabelHammer(client, "m", "stable", 4)) {
        for (int round = 0; round < 10; round++) {
          long version = 1L + round % 2;
          String kept = model("m", labelled("stable", version));
          client.reload(list(kept, model("n", "")));
          assertEquals(8f, client.predict("n"));
          assertEquals(6f + version, client.labelled("m", "stable"));
          client.reload(list(model("p", ""), kept));
          assertEquals(8f, client.predict("p"));
          refuse(client, list(kept, model("q", "version_labels { key: 'l' value: 99 }")));
          refuse(client, list(kept, kept));
          client.reload(list(kept));
        }
        assertEquals(List.of(), latest.failures());
        assertEquals(List.of(), stable.failures());
        assertTrue(latest.answers() > 100, latest.answers() + " answers");
        System.out.println(
            "reload: " + (latest.answers() + stable.answers()) + " answers, 0 failed, 0 wrong");
      }
      server.await("p is gone", () -> server.status("p").contains("END"));
      assertEquals(
          Status.Code.NOT_FOUND,
          assertThrows(StatusRuntimeException.class, () -> client.predict("p"))
              .getStatus()
              .getCode());
    }
  }

  private static void refuse(Client client, String config) {
    assertThrows(StatusRuntimeException.class, () -> client.reload(config));
  }

  @Test
  void modelWithoutVersionBlocksOnlyItsOwnCall() throws Exception {
    Path empty = Files.createDirectory(scratch.resolve("empty"));
    Path config = file(list(model("m", "")));
    try (ServerProcess server = ServerProcess.serve("--model_config_file=" + config);
        Client client = Client.of(server)) {
      String withEmpty = MODEL.formatted("e", empty, "");
      FutureTask<Void> waiting =
          new FutureTask<>(
              () -> {
                client.reload(list(model("m", ""), withEmpty), 150);
                return null;
              });
      Thread.ofVirtual().start(waiting);
      server.await(
          "e is looked for",
          () -> server.log().stream().anyMatch(s -> s.contains("No versions of servable e")));
      client.reload(list(model("m", ""), withEmpty, model("n", "")));
      assertEquals(8f, client.predict("n"));
      assertFalse(waiting.isDone());
      Models.publish(Models.path("half_plus_two/1"), empty, 1);
      client.reload(list(model("m", ""), withEmpty, model("n", "")));
      assertEquals(7f, client.predict("e"));
      waiting.get();
    }
  }

  @Test
  void fileIsReadAgainAndABadOneChangesNothing() throws Exception {
    Path config = file(list(model("m", "")));
    try (ServerProcess server =
            ServerProcess.serve(
                "--model_config_file=" + config, "--model_config_file_poll_wait_seconds=1");
        Client client = Client.of(server)) {
      file(list(model("m", ROW.formatted("")), model("n", "")));
      server.await("n is there", () -> server.status("n").contains("AVAILABLE"));
      file("model_config_list {\n  config {\n    nonsense: 1\n  }\n}");
      server.await("the line", () -> server.log().stream().anyMatch(s -> s.contains("nonsense")));
      // Its place; not a part of the time, which at ten to four looks the same.
      Pattern place = Pattern.compile("(?<!\\d)3:5(?!\\d)");
      assertTrue(server.log().stream().anyMatch(s -> place.matcher(s).find()));
      assertEquals(8f, client.predict("n"));
      // A file whose label points to what is not there yet is refused.
      String first = "\"version\":\"1\",\"state\":\"AVAILABLE\"";
      server.await("1 is there", () -> server.status("m").replaceAll("\\s", "").contains(first));
      file(list(model("m", labelled("old", 1))));
      server.await("n is gone", () -> server.status("n").contains("END"));
      assertEquals(7f, client.labelled("m", "old"));
      client.reload(list(model("m", ROW.formatted("")), model("r", "")));
      server.await("the file counts again", () -> server.status("r").contains("END"));
    }
  }

  /** Clients of one label; right is either constant. */
  private static final class LabelHammer implements AutoCloseable {
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong answers = new AtomicLong();
    private final List<Thread> threads;
    private volatile boolean stopped;

    LabelHammer(Client client, String model, String label, int count) {
      threads =
          IntStream.range(0, count)
              .mapToObj(i -> Thread.ofVirtual().start(() -> ask(client, model, label)))
              .toList();
    }

    private void ask(Client client, String model, String label) {
      while (!stopped) {
        try {
          float y = client.labelled(model, label);
          if (y != 7f && y != 8f) {
            failures.add("wrong answer " + y);
          }
          answers.incrementAndGet();
        } catch (RuntimeException e) {
          failures.add(e.toString());
          return;
        }
      }
    }

    long answers() {
      return answers.get();
    }

    List<String> failures() {
      return List.copyOf(failures);
    }

    @Override
    public void close() {
      stopped = true;
      try {
        for (Thread thread : threads) {
          thread.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
