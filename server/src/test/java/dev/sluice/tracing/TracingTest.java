package dev.sluice.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.TelemetrySettings.Sampling;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.servable.Code;
import dev.sluice.telemetry.TestRecord;
import dev.sluice.telemetry.TraceContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TracingTest {
  private static final String CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0";

  private final ListedSpans spans = new ListedSpans();
  private final Backlog backlog = new Backlog(1000);
  private final GivenTraceIds ids = new GivenTraceIds();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder()
          .setIdGenerator(ids)
          .addSpanProcessor(SimpleSpanProcessor.create(new CountingExporter(spans, backlog)))
          .build();
  private final Tracing tracing = tracing(Sampling.DEFAULT);

  private Tracing tracing(Sampling sampling) {
    return Tracing.of(sampling, new TracingSdk(provider, ids, backlog), Duration.ofSeconds(10));
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private void trace(TestRecord request, @Nullable String traceparent, @Nullable String state) {
    tracing.ended(request.in(tracing.begins(traceparent, state)));
  }

  private static TestRecord ok(Entrypoint entrypoint, Api api) {
    return TestRecord.ok(entrypoint, api, System.nanoTime());
  }

  @Test
  void partsLieWithinTheServersSpanAndMeet() {
    long before = epochNanos();
    trace(ok(Entrypoint.GRPC, Api.PREDICT), null, null);
    SpanData server = spans.named("tensorflow.serving.PredictionService/Predict");
    long start = server.getStartEpochNanos();
    assertTrue(
        Math.abs(start - before) < TimeUnit.SECONDS.toNanos(1),
        "starts at " + start + ", not " + before);
    assertEquals(335_000, server.getEndEpochNanos() - start);
    assertEquals(SpanKind.SERVER, server.getKind());
    assertFalse(server.getParentSpanContext().isValid());
    assertPart("decode", server, start, start + 10_000);
    assertPart("queue", server, start + 10_000, start + 30_000);
    assertPart("engine", server, start + 30_000, start + 330_000);
    assertPart("encode", server, start + 330_000, start + 335_000);
    assertEquals(5, spans.all().size());
    assertEquals(5, tracing.sentSpans());
  }

  private static long epochNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  private void assertPart(String name, SpanData server, long start, long end) {
    SpanData part = spans.named(name);
    assertEquals(List.of(start, end), List.of(part.getStartEpochNanos(), part.getEndEpochNanos()));
    assertEquals(server.getSpanId(), part.getParentSpanId(), name);
    assertEquals(server.getTraceId(), part.getTraceId(), name);
    assertEquals(SpanKind.INTERNAL, part.getKind());
  }

  @Test
  void gRpcCallsAreDescribedByTheConventionsForRpc() {
    trace(ok(Entrypoint.GRPC, Api.INFER), null, null);
    SpanData server = spans.named("inference.GRPCInferenceService/ModelInfer");
    assertEquals("grpc", text(server, "rpc.system.name"));
    assertEquals("inference.GRPCInferenceService/ModelInfer", text(server, "rpc.method"));
    assertEquals("OK", text(server, "rpc.response.status_code"));
    assertEquals("half_plus_two", text(server, "sluice.model"));
    assertEquals(123, number(server, "sluice.version"));
    assertEquals("serving_default", text(server, "sluice.signature"));
    assertEquals("10.1.2.3", text(server, "client.address"));
    assertEquals(8, number(spans.named("engine"), "sluice.batch.rows"));
    assertEquals(StatusCode.UNSET, server.getStatus().getStatusCode());
  }

  @Test
  void requestsOverRestAreDescribedByTheConventionsForHttp() {
    trace(ok(Entrypoint.REST, Api.CLASSIFY), null, null);
    SpanData server = spans.named("POST /v1/models/{model}:classify");
    assertEquals("POST", text(server, "http.request.method"));
    assertEquals("/v1/models/{model}:classify", text(server, "http.route"));
    assertEquals(200, number(server, "http.response.status_code"));
    assertEquals(57, number(server, "http.request.body.size"));
    assertEquals(42, number(server, "http.response.body.size"));
  }

  @Test
  void whatTheServerDidWrongIsAnError() {
    trace(
        ok(Entrypoint.REST, Api.PREDICT).refused(Code.UNAVAILABLE, "The server is stopping"),
        null,
        null);
    SpanData server = spans.named("POST /v1/models/{model}:predict");
    assertEquals(StatusCode.ERROR, server.getStatus().getStatusCode());
    assertEquals("The server is stopping", server.getStatus().getDescription());
    assertEquals("503", text(server, "error.type"));
    assertEquals("UNAVAILABLE", text(server, "sluice.code"));
    assertEquals(
        List.of("decode", server.getName()), spans.all().stream().map(SpanData::getName).toList());
  }

  @Test
  void whatTheClientDidWrongIsNone() {
    trace(ok(Entrypoint.GRPC, Api.PREDICT).refused(Code.NOT_FOUND, "no such model"), null, null);
    SpanData server = spans.named("tensorflow.serving.PredictionService/Predict");
    assertEquals(StatusCode.UNSET, server.getStatus().getStatusCode());
    assertEquals("NOT_FOUND", text(server, "rpc.response.status_code"));
    assertNull(text(server, "error.type"));
  }

  @Test
  void partsThatWereNotReachedHaveNoSpan() {
    TestRecord request = ok(Entrypoint.GRPC, Api.PREDICT);
    long start = request.startNanos();
    trace(request.at(start + 10, 0, 0, start + 50), null, null);
    assertEquals(
        List.of("decode", "queue", "tensorflow.serving.PredictionService/Predict"),
        spans.all().stream().map(SpanData::getName).toList());
    assertEquals(RequestSpans.count(request.at(start + 10, 0, 0, start + 50)), spans.all().size());
  }

  @Test
  void aCallersTraceGoesOn() {
    TraceContext begun = tracing.begins(CALLER + "1", "rojo=1,congo=2");
    assertNotNull(begun);
    assertTrue(begun.sampled());
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", begun.traceId());
    tracing.ended(ok(Entrypoint.GRPC, Api.PREDICT).in(begun));
    SpanData server = spans.named("tensorflow.serving.PredictionService/Predict");
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", server.getTraceId());
    assertEquals("00f067aa0ba902b7", server.getParentSpanId());
    assertTrue(server.getParentSpanContext().isRemote());
    assertEquals("1", server.getSpanContext().getTraceState().get("rojo"));
  }

  @Test
  void theIdThatLogsHaveIsThatOfTheSpans() {
    TraceContext first = tracing.begins(null, null);
    TraceContext second = tracing.begins("rubbish", "rojo=1");
    assertNotNull(first);
    assertNotNull(second);
    assertNotEquals(first.traceId(), second.traceId());
    tracing.ended(ok(Entrypoint.REST, Api.INFER).in(second));
    assertEquals(second.traceId(), spans.named("engine").getTraceId());
    assertTrue(spans.named("engine").getSpanContext().getTraceState().isEmpty());
  }

  @Test
  void whatIsNotSampledIsNotTraced() {
    Tracing none = tracing(new Sampling(true, 0));
    assertNull(none.begins(null, null));
    assertNull(none.begins("rubbish", null));
    assertNull(none.begins(CALLER + "0", null));
    assertNotNull(none.begins(CALLER + "1", null));
    none.ended(ok(Entrypoint.GRPC, Api.PREDICT));
    assertEquals(List.of(), spans.all());
  }

  private static @Nullable String text(SpanData span, String key) {
    return span.getAttributes().get(AttributeKey.stringKey(key));
  }

  private static long number(SpanData span, String key) {
    Long value = span.getAttributes().get(AttributeKey.longKey(key));
    assertNotNull(value, () -> key + " of " + span);
    return value;
  }
}
