package dev.sluice.it;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests of a real server as a collector of traces sees them. */
class TracingTest {
  private static final String REST_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String GRPC_TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final String REST_SPAN = "POST /v1/models/{model}:predict";
  private static final String GRPC_SPAN = "tensorflow.serving.PredictionService/Predict";

  @Test
  void requestsOfBothProtocolsAreTracedOverHttp() throws Exception {
    try (FakeCollector collector = FakeCollector.start();
        ServerProcess server =
            ServerProcess.serve(
                Map.of(
                    "OTEL_EXPORTER_OTLP_HEADERS", "api-key=k1",
                    "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
                HalfPlusTwo.flags("--otlp_endpoint=" + collector.httpEndpoint()))) {
      askBoth(server);
      server.await("both traces", () -> collector.spans().size() >= 10);
      checkTraces(collector);
      assertEquals(Set.of("k1"), Set.copyOf(collector.apiKeys()));
      Map<String, String> resource = collector.resource();
      assertEquals("sluice", resource.get("service.name"));
      assertEquals("test", resource.get("deployment.environment.name"));
      assertEquals(Long.toString(server.pid()), resource.get("process.pid"));
      assertTrue(resource.containsKey("service.version"), resource.toString());
      assertTrue(resource.containsKey("host.name"), resource.toString());
      server.terminate();
      assertEquals(0, server.exitCode());
    }
  }

  @Test
  void requestsOfBothProtocolsAreTracedOverGrpcAndAStopSendsTheLast() throws Exception {
    try (FakeCollector collector = FakeCollector.start();
        ServerProcess server =
            ServerProcess.serve(
                Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", collector.grpcEndpoint(),
                    "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc",
                    "OTEL_SERVICE_NAME", "ranker",
                    "OTEL_BSP_SCHEDULE_DELAY", "3600000"),
                HalfPlusTwo.flags())) {
      askBoth(server);
      server.terminate();
      assertEquals(0, server.exitCode());
      checkTraces(collector);
      assertEquals("ranker", collector.resource().get("service.name"));
    }
  }

  /** One request with a caller's trace by each protocol, one whose caller is not traced. */
  private static void askBoth(ServerProcess server) throws Exception {
    try (HalfPlusTwo client = new HalfPlusTwo(server)) {
      assertEquals(
          200,
          client
              .rest(Map.of("traceparent", "00-" + REST_TRACE + "-" + PARENT + "-01"))
              .statusCode());
      client.grpc(metadata("00-" + GRPC_TRACE + "-" + PARENT + "-01", "rojo=1,congo=2"));
      client.rest(Map.of("traceparent", "00-" + "1".repeat(32) + "-" + PARENT + "-00"));
      client.grpc(metadata("00-" + "1".repeat(32) + "-" + PARENT + "-00", ""));
    }
  }

  private static Metadata metadata(String traceparent, String tracestate) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent);
    if (!tracestate.isEmpty()) {
      headers.put(Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER), tracestate);
    }
    return headers;
  }

  private static void checkTraces(FakeCollector collector) {
    List<Span> spans = collector.spans();
    assertEquals(10, spans.size(), spans.toString());
    Map<String, String> rest = checkTrace(spans, REST_TRACE, REST_SPAN);
    assertEquals("200", rest.get("http.response.status_code"));
    assertEquals("127.0.0.1", rest.get("client.address"));
    Map<String, String> grpc = checkTrace(spans, GRPC_TRACE, GRPC_SPAN);
    assertEquals("OK", grpc.get("rpc.response.status_code"));
    assertEquals("127.0.0.1", grpc.get("client.address"));
    Span server = named(spans, GRPC_TRACE, GRPC_SPAN);
    assertEquals("rojo=1,congo=2", server.getTraceState());
  }

  /** Checks that a trace's spans nest and add up; returns the attributes of the outer one. */
  private static Map<String, String> checkTrace(List<Span> spans, String trace, String name) {
    Span server = named(spans, trace, name);
    assertEquals(PARENT, hex(server.getParentSpanId()));
    assertEquals(Span.SpanKind.SPAN_KIND_SERVER, server.getKind());
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    assertTrue(
        Math.abs(now - server.getStartTimeUnixNano()) < TimeUnit.MINUTES.toNanos(10),
        () -> "it began at " + server.getStartTimeUnixNano());
    long at = server.getStartTimeUnixNano();
    for (String part : List.of("decode", "queue", "engine", "encode")) {
      Span span = named(spans, trace, part);
      assertEquals(server.getSpanId(), span.getParentSpanId(), part);
      assertEquals(at, span.getStartTimeUnixNano(), part);
      assertTrue(span.getEndTimeUnixNano() >= at, part);
      at = span.getEndTimeUnixNano();
    }
    assertEquals(server.getEndTimeUnixNano(), at);
    Span engine = named(spans, trace, "engine");
    assertTrue(engine.getEndTimeUnixNano() > engine.getStartTimeUnixNano(), "it took no time");
    assertEquals(
        "3", FakeCollector.attributes(engine.getAttributesList()).get("sluice.batch.rows"));
    Map<String, String> attributes = FakeCollector.attributes(server.getAttributesList());
    assertEquals("half_plus_two", attributes.get("sluice.model"));
    assertEquals("2", attributes.get("sluice.version"));
    assertEquals("serving_default", attributes.get("sluice.signature"));
    return attributes;
  }

  private static Span named(List<Span> spans, String trace, String name) {
    Optional<Span> found =
        spans.stream()
            .filter(span -> hex(span.getTraceId()).equals(trace) && span.getName().equals(name))
            .findFirst();
    return found.orElseThrow(
        () ->
            new AssertionError(
                "no span "
                    + name
                    + " of trace "
                    + trace
                    + " among "
                    + spans.stream().collect(toMap(span -> hex(span.getSpanId()), Span::getName))));
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  @Test
  void aCollectorThatHangsCostsNoRequestAnything() throws Exception {
    List<Socket> held = new CopyOnWriteArrayList<>();
    try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ServerProcess server =
            ServerProcess.serve(
                HalfPlusTwo.flags("--otlp_endpoint=http://127.0.0.1:" + hanging.getLocalPort()));
        HalfPlusTwo client = new HalfPlusTwo(server)) {
      Thread.ofVirtual().start(() -> holdAll(hanging, held));
      for (int i = 0; i < 2000; i++) {
        assertEquals(200, client.rest(Map.of()).statusCode());
      }
      server.await("the collector is asked", () -> !held.isEmpty());
      long before = System.nanoTime();
      server.terminate();
      assertEquals(0, server.exitCode());
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before);
      assertTrue(seconds < 30, "the stop took " + seconds + " s");
      assertTrue(
          server.log().stream().anyMatch(line -> line.contains("the collector does not answer")),
          () -> String.join("\n", server.log()));
    } finally {
      for (Socket socket : held) {
        socket.close();
      }
    }
  }

  /** Takes connections, reads nothing and says nothing. */
  private static void holdAll(ServerSocket listener, List<Socket> held) {
    try {
      while (true) {
        held.add(listener.accept());
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  @Test
  void aCollectorThatIsAwayCostsNoRequestAnything() throws Exception {
    try (ServerProcess server =
            ServerProcess.serve(
                HalfPlusTwo.flags("--otlp_endpoint=http://127.0.0.1:" + FreePorts.next()));
        HalfPlusTwo client = new HalfPlusTwo(server)) {
      for (int i = 0; i < 100; i++) {
        assertEquals(200, client.rest(Map.of()).statusCode());
      }
      server.terminate();
      assertEquals(0, server.exitCode());
      assertTrue(
          server.log().stream().anyMatch(line -> line.contains("Traces: 0 spans sent")),
          () -> String.join("\n", server.log()));
    }
  }
}
