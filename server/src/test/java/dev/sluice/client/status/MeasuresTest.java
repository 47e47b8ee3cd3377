package dev.sluice.client.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class MeasuresTest {
  private static final String PAGE =
      """
      # TYPE nv_inference_request_success counter
      nv_inference_request_success{model="m",version="2"} 90
      nv_inference_request_failure{model="m",version="2"} 10
      # TYPE :tensorflow:serving:request_latency histogram
      :tensorflow:serving:request_latency_bucket{model_name="m",API="a",entrypoint="REST",le="1000"} 40
      :tensorflow:serving:request_latency_bucket{model_name="m",API="a",entrypoint="REST",le="2000"} 80
      :tensorflow:serving:request_latency_bucket{model_name="m",API="a",entrypoint="REST",le="+Inf"} 80
      :tensorflow:serving:request_latency_bucket{model_name="m",API="a",entrypoint="GRPC",le="1000"} 10
      :tensorflow:serving:request_latency_bucket{model_name="m",API="a",entrypoint="GRPC",le="2000"} 20
      :tensorflow:serving:request_latency_bucket{model_name="m",API="a",entrypoint="GRPC",le="+Inf"} 20
      :tensorflow:serving:request_latency_sum{model_name="m",API="a",entrypoint="GRPC"} 1e+04
      process_start_time_seconds 1.7e9
      what is no metric
      """;

  @Test
  void aPageIsRead() {
    Measures measures = Measures.of(PAGE);
    assertEquals(OptionalDouble.of(100), measures.requests("m", "2"));
    assertEquals(OptionalDouble.empty(), measures.requests("m", "1"));
    assertEquals(OptionalDouble.of(1.7e9), measures.started());
    assertEquals(OptionalDouble.empty(), Measures.of("").started());
    var latencies = measures.latenciesSince(Measures.NONE, "m");
    assertEquals(Map.of(1000.0, 50.0, 2000.0, 100.0, Double.POSITIVE_INFINITY, 100.0), latencies);
    assertEquals(OptionalDouble.of(1000), Measures.quantile(latencies, 0.5));
    assertEquals(OptionalDouble.of(1500), Measures.quantile(latencies, 0.75));
    assertEquals(
        OptionalDouble.empty(),
        Measures.quantile(measures.latenciesSince(measures, "m"), 0.5),
        "nothing since then");
  }

  @Test
  void whatIsBeyondTheLastLimitIsAtLeastThat() {
    TreeMap<Double, Double> slow = new TreeMap<>();
    slow.put(1000.0, 1.0);
    slow.put(Double.POSITIVE_INFINITY, 10.0);
    assertEquals(OptionalDouble.of(1000), Measures.quantile(slow, 0.99));
    assertEquals(OptionalDouble.of(500), Measures.quantile(slow, 0.05));
    assertEquals(OptionalDouble.empty(), Measures.quantile(new TreeMap<>(), 0.5));
  }
}
