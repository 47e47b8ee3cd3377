package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServingMetricsTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(registry, false);

  private Stream<String> lines(String name) {
    return registry.page().lines().filter(line -> line.startsWith(":tensorflow:serving:" + name));
  }

  @Test
  void aRequestIsCountedUnderModelApiAndEntrypoint() {
    metrics.requests(Api.PREDICT, Entrypoint.GRPC).succeeded("m", 2_000_000, 1_500_000);
    metrics.requests(Api.PREDICT, Entrypoint.REST).succeeded("m", 3_000_000, 1_500_000);
    metrics.requests(Api.INFO, Entrypoint.REST).succeeded("m", 1_000);
    metrics.requests(Api.REGRESS, Entrypoint.REST).failed("m", "NOT_FOUND");
    assertEquals(
        List.of(
            ":tensorflow:serving:request_count{model_name=\"m\",status=\"NOT_FOUND\"} 1",
            ":tensorflow:serving:request_count{model_name=\"m\",status=\"OK\"} 3"),
        lines("request_count").toList());
    String latency = ":tensorflow:serving:request_latency_sum{model_name=\"m\",";
    assertEquals(
        List.of(
            latency + "API=\"\",entrypoint=\"REST\"} 1",
            latency + "API=\"Predict\",entrypoint=\"GRPC\"} 2000",
            latency + "API=\"predict\",entrypoint=\"REST\"} 3000"),
        lines("request_latency_sum").toList());
    assertEquals(
        List.of(
            ":tensorflow:serving:runtime_latency_sum{model_name=\"m\",API=\"Predict\","
                + "runtime=\"TF1\"} 3000"),
        lines("runtime_latency_sum").toList());
  }

  @Test
  void answersAreToldByLatencyOverAllApisThatRunAModel() {
    metrics.requests(Api.PREDICT, Entrypoint.GRPC).succeeded("m", 9_000, 5_000);
    metrics.requests(Api.INFER, Entrypoint.REST).succeeded("m", 11_000, 5_000);
    metrics.requests(Api.INFO, Entrypoint.REST).succeeded("m", 1_000);
    long[] counts = metrics.answersByLatency("m");
    assertEquals(ServingMetrics.latencyLimits().length + 1, counts.length);
    // Below 9.07 and 11.03 µs; what asked only about the model is no answer of it.
    assertEquals(List.of(1L, 0L, 1L), List.of(counts[4], counts[5], counts[6]));
    assertEquals(2, Arrays.stream(counts).sum());
    assertEquals(0, Arrays.stream(metrics.answersByLatency("never asked for")).sum());
    assertFalse(registry.page().contains("never asked for"));
    assertEquals(Map.of("m", Map.of("OK", 3L)), metrics.requestsByStatus());
  }

  @Test
  void latenciesAreKnownToATenthHoweverCoarseThePageIs() {
    double[] limits = ServingMetrics.latencyLimits();
    RequestMeter meter = metrics.requests(Api.PREDICT, Entrypoint.GRPC);
    for (long micros = 7; micros < 60_000_000; micros += 1 + micros / 7) {
      long[] before = metrics.answersByLatency("m");
      meter.succeeded("m", micros * 1000);
      long[] after = metrics.answersByLatency("m");
      int index = IntStream.range(0, after.length).filter(i -> after[i] != before[i]).sum();
      assertTrue(limits[index - 1] <= micros && micros < limits[index], () -> limits[index] + "");
      assertTrue(limits[index] / limits[index - 1] < 1.11, () -> limits[index] + "");
    }
    assertEquals(34, lines("request_latency_bucket").count());
  }

  @Test
  void namesThatClientsInventAreBounded() {
    RequestMeter meter = metrics.requests(Api.PREDICT, Entrypoint.GRPC);
    meter.failed("x".repeat(ModelNames.MAX_LENGTH + 1), "NOT_FOUND");
    for (int i = 0; i < ModelNames.MAX_UNSERVED + 5; i++) {
      meter.failed("invented" + i, "NOT_FOUND");
    }
    assertEquals(ModelNames.MAX_UNSERVED + 1, lines("request_count").count());
    assertTrue(
        lines("request_count")
            .anyMatch(line -> line.endsWith("model_name=\"other\",status=\"NOT_FOUND\"} 6")),
        () -> registry.page());
    metrics.serve("late");
    meter.failed("late", "INTERNAL");
    assertTrue(lines("request_count").anyMatch(line -> line.contains("model_name=\"late\"")));
  }

  @Test
  void batchingMetricsAreThoseOfTheReference() {
    assertFalse(registry.page().contains("padding_size"));
    assertTrue(registry.page().contains("# TYPE :tensorflow:serving:batching_session:queuing_l"));
    MetricRegistry second = new MetricRegistry();
    BatchingMetrics batching = new ServingMetrics(second, true).batching();
    batching.dequeued(150_000, 2, 3);
    batching.ran(4, 1);
    String page = second.page();
    for (String line :
        List.of(
            "input_batch_size_sum{} 6",
            "padding_size_sum{execution_batch_size=\"4\"} 1",
            "processed_batch_size_sum{} 4",
            "queuing_latency_sum{thread_pool_name=\"\"} 150",
            "wrapped_run_count{} 1")) {
      assertTrue(page.contains(":tensorflow:serving:batching_session:" + line + "\n"), page);
    }
  }

  @Test
  void warmUpExamplesAndExpiredRequests() {
    metrics.warmedUp("/m/1", "OK", 5_000, 4);
    metrics.examples("m", 3);
    metrics.expiredInQueue("m");
    metrics.ran("m", 5);
    String page = registry.page();
    for (String line :
        List.of(
            "tensorflow:serving:model_warmup_latency_sum{model_path=\"/m/1\",status=\"OK\"} 5",
            "tensorflow:serving:model_warmup_records_read{model_path=\"/m/1\",status=\"OK\"} 4",
            "tensorflow:serving:request_example_count_total{model=\"m\"} 3",
            "tensorflow:serving:request_example_counts_count{model=\"m\"} 1",
            "sluice:batch_rows_sum{model_name=\"m\"} 5",
            "sluice:request_expired_in_queue_count{model_name=\"m\"} 1")) {
      assertTrue(page.contains(":" + line + "\n"), page);
    }
  }

  @Test
  void runsAndLoadsHaveTheNamesOfTheRuntime() {
    RuntimeMetrics runtime = metrics.runtime();
    runtime.loadTried("/m/1", true, 7_000);
    runtime.loadTried("/m/2", false, 1_000);
    runtime.begins(100);
    runtime.ran(2_000_000);
    runtime.gave(50);
    String page = registry.page();
    for (String line :
        List.of(
            "cc:saved_model:load_attempt_count{model_path=\"/m/1\",status=\"success\"} 1",
            "cc:saved_model:load_attempt_count{model_path=\"/m/2\",status=\"fail\"} 1",
            "cc:saved_model:load_latency{model_path=\"/m/1\"} 7",
            "core:graph_runs{} 1",
            "core:graph_run_time_usecs{} 2000",
            "core:graph_run_input_tensor_bytes_sum{} 100",
            "core:graph_run_output_tensor_bytes_sum{} 50")) {
      assertTrue(page.contains(":tensorflow:" + line + "\n"), page);
    }
  }
}
