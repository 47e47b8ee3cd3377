package dev.sluice.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of metrics after the requests after which the reference's was recorded. */
class MetricsTest {
  private static final String PAGE = "/monitoring/prometheus/metrics";

  @TempDir private Path scratch;

  /** Serves a model to ask, and one with warm-up requests, which nobody asks. */
  private ServerProcess serve(String monitoring, String... further) throws Exception {
    StringBuilder models = new StringBuilder("model_config_list {\n");
    for (String name : List.of("half_plus_two", "digits_warmup")) {
      models.append(
          "config { name: \"%s\" base_path: \"%s\" model_platform: \"tensorflow\" }\n"
              .formatted(name, Models.path(name)));
    }
    List<String> flags = new ArrayList<>(List.of(further));
    flags.add(
        "--model_config_file="
            + Files.writeString(scratch.resolve("models.config"), models.append("}")));
    flags.add(
        "--monitoring_config_file="
            + Files.writeString(scratch.resolve("monitoring.config"), monitoring));
    return ServerProcess.serve(flags.toArray(String[]::new));
  }

  @Test
  void pageIsTheRecordedOneButForTheNamedDifferences() throws Exception {
    // Without flags requests may share runs, whose rows are a metric of ours.
    assertPage("/metrics/base_after.txt.gz", List.of(":sluice:batch_rows*"));
  }

  @Test
  void pageWithBatchingIsTheRecordedOneButForTheNamedDifferences() throws Exception {
    assertPage(
        "/metrics/batching_after.txt.gz",
        List.of(),
        "--enable_batching=true",
        "--batching_parameters_file="
            + ConformanceCorpus.writeConfig("batching_base.config", scratch));
  }

  private void assertPage(String recorded, List<String> alsoNamed, String... flags)
      throws Exception {
    try (ServerProcess server = serve("prometheus_config { enable: true }", flags)) {
      for (String line : lines("/metrics/requests.tsv")) {
        String[] fields = line.split("\t", -1);
        for (int i = 0; i < Integer.parseInt(fields[0]); i++) {
          send(server, fields[1], fields[2], fields[3]);
        }
      }
      MetricsPage wanted = new MetricsPage(recordedPage(recorded));
      List<String> named = new ArrayList<>(alsoNamed);
      lines("/metrics/differences.tsv").forEach(line -> named.add(line.split("\t", 2)[0]));
      AtomicReference<List<String>> surprises = new AtomicReference<>(List.of());
      try {
        // An answer may reach the client before it is counted.
        server.await(
            "the recorded page",
            () -> {
              surprises.set(surprises(page(server).differencesFrom(wanted), named));
              return surprises.get().isEmpty();
            });
      } finally {
        assertEquals("", String.join("\n", surprises.get()), "not as recorded, and not named so");
      }
    }
  }

  /** Returns differences that are not named, and names of none; a name may end with a star. */
  private static List<String> surprises(Set<String> differences, List<String> named) {
    List<String> surprises = new ArrayList<>();
    differences.stream()
        .filter(difference -> named.stream().noneMatch(name -> covers(name, difference)))
        .forEach(difference -> surprises.add("differs: " + difference));
    named.stream()
        .filter(name -> differences.stream().noneMatch(difference -> covers(name, difference)))
        .forEach(name -> surprises.add("as recorded although named: " + name));
    return surprises;
  }

  private static boolean covers(String name, String difference) {
    return name.endsWith("*")
        ? difference.startsWith(name.substring(0, name.length() - 1))
        : difference.equals(name);
  }

  @Test
  void pathIsTheConfiguredOneAndTakesAnyMethodButNoQuery() throws Exception {
    try (ServerProcess server = serve("prometheus_config { enable: true path: \"/my/metrics\" }")) {
      HttpResponse<String> page = server.get("/my/metrics");
      assertEquals(200, page.statusCode());
      assertEquals("text/plain", page.headers().firstValue("Content-Type").orElse(""));
      assertTrue(page.body().contains("# TYPE :tensorflow:serving:request_count counter\n"));
      assertEquals(200, server.post("/my/metrics", "").statusCode());
      assertEquals(404, server.get(PAGE).statusCode());
      HttpResponse<String> query = server.get("/my/metrics?x=1");
      assertEquals(400, query.statusCode());
      assertEquals("Unexpected path: /my/metrics?x=1. Should be /my/metrics", query.body());
    }
  }

  @Test
  void withoutConsentThereIsNoPage() throws Exception {
    try (ServerProcess server = serve("prometheus_config { enable: false }")) {
      assertEquals(404, server.get(PAGE).statusCode());
      assertEquals(404, server.get("/metrics").statusCode());
    }
  }

  private static MetricsPage page(ServerProcess server) {
    try {
      return new MetricsPage(server.get(PAGE).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void send(ServerProcess server, String method, String target, String body)
      throws Exception {
    if (!method.equals("gRPC")) {
      server.send(method, target, body);
      return;
    }
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      ClientCalls.blockingUnaryCall(
          channel, bytes(target), CallOptions.DEFAULT, Base64.getDecoder().decode(body));
    } catch (StatusRuntimeException e) {
      // Most of what is sent fails on purpose; how, the page says.
      assertTrue(e.getStatus().getCode() != Status.Code.UNAVAILABLE, e::toString);
    } finally {
      channel.shutdownNow();
    }
  }

  private static MethodDescriptor<byte[], byte[]> bytes(String method) {
    MethodDescriptor.Marshaller<byte[]> marshaller =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
          }

          @Override
          public byte[] parse(InputStream stream) {
            try {
              return ByteString.readFrom(stream).toByteArray();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodType.UNARY)
        .setFullMethodName("tensorflow.serving." + method)
        .setRequestMarshaller(marshaller)
        .setResponseMarshaller(marshaller)
        .build();
  }

  private static List<String> lines(String resource) throws IOException {
    try (InputStream in = resource(resource)) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("##"))
          .toList();
    }
  }

  private static String recordedPage(String name) throws IOException {
    try (InputStream in = new GZIPInputStream(resource(name))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static InputStream resource(String name) {
    InputStream in = MetricsTest.class.getResourceAsStream(name);
    if (in == null) {
      throw new AssertionError(name + " is not on the class path");
    }
    return in;
  }
}
