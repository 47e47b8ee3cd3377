package dev.sluice.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.Exposition;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.PageFormat;
import dev.sluice.metrics.Refusal;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.VersionMetrics;
import dev.sluice.metrics.VersionStatistics;
import dev.sluice.servable.Code;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestObserverTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(registry, false);
  private final VersionMetrics version = metrics.own().of("m", 3);
  private final VersionStatistics statistics = version.statistics();
  private final RequestObserver observer =
      Telemetry.of(metrics).requests(Api.PREDICT, Entrypoint.GRPC);

  private String page() {
    return new Exposition(metrics, registry, List.of()).page(PageFormat.OPENMETRICS);
  }

  private void assertLine(String line) {
    assertTrue(page().contains(line + "\n"), this::page);
  }

  private static String labels(Code code) {
    return "{model=\"m\",version=\"3\",signature=\"s\",protocol=\"grpc\",api=\"predict\",code=\""
        + code
        + "\"} ";
  }

  @Test
  void requestsAreMeasuredWithTheirRows() {
    long queue = TimeUnit.SECONDS.toNanos(2);
    long run = TimeUnit.MILLISECONDS.toNanos(3);
    for (long rows : new long[] {5, 2, 1}) {
      observer.succeeded(FakeRecord.of(1000, queue, run), version, rows);
    }
    assertEquals(3, statistics.succeeded().count());
    assertEquals(8, statistics.rows());
    assertEquals(3 * run, statistics.runNanos());
    assertEquals(3 * queue, statistics.queueNanos());
    assertEquals(3 * (queue + run), statistics.succeeded().nanos());
    assertTrue(statistics.lastMillis() > 0);
    assertLine("nv_inference_request_success{model=\"m\",version=\"3\"} 3");
    assertLine("nv_inference_count{model=\"m\",version=\"3\"} 8");
    assertLine("nv_inference_compute_infer_duration_us{model=\"m\",version=\"3\"} 9000");
    assertLine("nv_inference_request_failure{model=\"m\",version=\"3\"} 0");
    assertLine(":tensorflow:serving:request_count{model_name=\"m\",status=\"OK\"} 3");
    assertLine("sluice_request_duration_seconds_count" + labels(Code.OK) + "3");
    assertLine("sluice_request_queue_seconds_sum{model=\"m\",version=\"3\"} 6");
    assertLine("sluice_request_decode_seconds_bucket{model=\"m\",version=\"3\",le=\"1e-05\"} 3");
  }

  @Test
  void failuresCountForWhatTheyReached() {
    FakeRecord late = FakeRecord.failed(Code.ABORTED);
    late.decoded = late.start + 1;
    observer.failed(late, version, null, true);
    observer.failed(FakeRecord.failed(Code.INVALID_ARGUMENT), version, null, true);
    observer.failed(FakeRecord.failed(Code.INTERNAL), version, null, false);
    assertEquals(1, statistics.failed().count());
    assertEquals(0, statistics.succeeded().count());
    assertLine("nv_inference_request_failure{model=\"m\",version=\"3\"} 1");
    assertLine("sluice_request_duration_seconds_count" + labels(Code.ABORTED) + "1");
    assertLine("sluice_request_duration_seconds_count" + labels(Code.INTERNAL) + "1");
    assertLine(":tensorflow:serving:request_count{model_name=\"m\",status=\"ABORTED\"} 1");
    assertFalse(page().contains("status=\"INTERNAL\""), this::page);
    assertFalse(page().contains("sluice_requests_refused_total{"), this::page);
  }

  @Test
  void whatComesToNoVersionIsCountedUnderItsModel() {
    metrics.serve("m");
    FakeRecord record = FakeRecord.failed(Code.NOT_FOUND);
    record.version = RequestRecord.NO_VERSION;
    observer.failed(record, null, null, true);
    assertLine(
        "sluice_request_duration_seconds_count{model=\"m\",version=\"\",signature=\"s\","
            + "protocol=\"grpc\",api=\"predict\",code=\"NOT_FOUND\"} 1");
  }

  private void refuse(Code code, long foundVersion, boolean decoded, @Nullable Refusal reason) {
    FakeRecord record = FakeRecord.failed(code);
    record.version = foundVersion;
    record.decoded = decoded ? record.start + 1 : 0;
    observer.failed(record, null, reason, true);
  }

  @Test
  void refusalsAreToldApart() {
    metrics.serve("m");
    refuse(Code.RESOURCE_EXHAUSTED, RequestRecord.NO_VERSION, false, null);
    refuse(Code.UNAVAILABLE, RequestRecord.NO_VERSION, false, null);
    refuse(Code.UNAVAILABLE, 3, true, null);
    refuse(Code.UNAVAILABLE, RequestRecord.NO_VERSION, false, Refusal.MEMORY);
    refuse(Code.RESOURCE_EXHAUSTED, 3, false, null);
    refuse(Code.RESOURCE_EXHAUSTED, 3, true, null);
    refuse(Code.DEADLINE_EXCEEDED, 3, true, null);
    refuse(Code.DEADLINE_EXCEEDED, RequestRecord.NO_VERSION, false, null);
    refuse(Code.CANCELLED, 3, true, null);
    refuse(Code.NOT_FOUND, RequestRecord.NO_VERSION, false, null);
    FakeRecord ran = FakeRecord.of(1, 1, 1);
    ran.code = Code.DEADLINE_EXCEEDED;
    observer.failed(ran, version, null, true);
    String family = "sluice_requests_refused_total{model=\"m\",reason=";
    assertLine(family + "\"concurrency\"} 1");
    assertLine(family + "\"queue\"} 2");
    assertLine(family + "\"memory\"} 2");
    assertLine(family + "\"deadline\"} 3");
  }

  @Test
  void aRecordedTraceIsTheExemplarOfItsBucket() {
    FakeRecord record = FakeRecord.of(0, 0, TimeUnit.SECONDS.toNanos(4));
    record.trace = new Trace(false);
    observer.succeeded(record, version, 1);
    assertFalse(page().contains("trace_id"), this::page);
    record.trace = new Trace(true);
    observer.succeeded(record, version, 1);
    List<String> exemplars = page().lines().filter(line -> line.contains("trace_id")).toList();
    assertEquals(1, exemplars.size(), exemplars::toString);
    assertTrue(
        exemplars.getFirst().contains("le=\"5.0\"} 2 # {trace_id=\"" + Trace.ID + "\"} 4."),
        exemplars::toString);
  }

  private record Trace(boolean sampled) implements TraceContext {
    private static final String ID = "0af7651916cd43dd8448eb211c80319c";

    @Override
    public String traceId() {
      return ID;
    }
  }

  @Test
  void aListenerThatFailsCostsNobodyAnything() {
    RequestListener broken =
        new RequestListener() {
          @Override
          public @Nullable TraceContext begins(
              @Nullable String traceparent, @Nullable String tracestate) {
            return null;
          }

          @Override
          public void ended(RequestRecord record) {
            throw new IllegalStateException("as the test wants it");
          }
        };
    RequestObserver observed =
        new Telemetry(metrics, broken).requests(Api.PREDICT, Entrypoint.REST);
    assertTrue(observed.listens());
    assertFalse(observer.listens());
    observed.ended(FakeRecord.of(1, 1, 1));
  }

  @Test
  void multiInferenceIsNotCountedAsTheReferenceDoesNot() {
    RequestObserver multi = Telemetry.of(metrics).requests(Api.MULTI, Entrypoint.GRPC);
    multi.succeeded(FakeRecord.of(1, 1, 1), version, 1);
    multi.failed(FakeRecord.failed(Code.NOT_FOUND), null, null, true);
    assertFalse(page().contains(":tensorflow:serving:request_count{"), this::page);
    assertTrue(page().contains("api=\"multi\",code=\"OK\"} 1\n"), this::page);
  }
}
