package dev.sluice.metrics;

/**
 * What loading and running models measures, under the names of TensorFlow's own runtime that
 * dashboards know (metrics.md §4).
 *
 * <p>A run here is one call of a servable. TensorFlow counts also the runs that loading needs; they
 * happen inside its library and cannot be seen from outside, and neither can the building and
 * optimising of graphs: those metrics are listed without values.
 */
public final class RuntimeMetrics {
  private static final String LOAD = "/tensorflow/cc/saved_model/";
  private static final String CORE = "/tensorflow/core/";
  private static final Buckets BYTES = Buckets.exponential(1, 4, 14);
  private static final long NANOS_PER_MICRO = 1000;

  private final Family<Counter> loadAttempts;
  private final Family<Counter> loadLatency;
  private final Counter loads;
  private final Histogram runMicros;
  private final Histogram inputBytes;
  private final Histogram outputBytes;

  RuntimeMetrics(MetricRegistry registry) {
    loadAttempts = registry.counter(LOAD + "load_attempt_count", "model_path", "status");
    loadLatency = registry.counter(LOAD + "load_latency", "model_path");
    registry.histogram(
        LOAD + "load_latency_by_stage", Buckets.exponential(10, 1.8, 33), "model_path", "stage");
    loads = registry.counter(CORE + "saved_model/read/api", "api_label").cell("cc_load");
    registry.counter(CORE + "saved_model/read/count", "write_version");
    runMicros =
        registry
            .histogram(CORE + "graph_run_time_usecs_histogram", Buckets.exponential(1000, 2, 20))
            .cell();
    inputBytes = registry.histogram(CORE + "graph_run_input_tensor_bytes", BYTES).cell();
    outputBytes = registry.histogram(CORE + "graph_run_output_tensor_bytes", BYTES).cell();
    registry.computed(CORE + "graph_runs", runMicros::count);
    registry.computed(CORE + "direct_session_runs", runMicros::count);
    registry.computed(CORE + "graph_run_time_usecs", runMicros::sum);
    registry.counter(CORE + "graph_build_calls");
    registry.counter(CORE + "graph_build_time_usecs");
    registry.counter(CORE + "graph_optimization_usecs", "kind", "name");
  }

  /** A version was tried to be loaded from a directory; it took so long, also if it failed. */
  public void loadTried(String modelPath, boolean success, long nanos) {
    loadAttempts.cell(modelPath, success ? "success" : "fail").increment();
    loadLatency.cell(modelPath).add(nanos / NANOS_PER_MICRO);
    if (success) {
      loads.increment();
    }
  }

  /** A run is about to begin with inputs of so many bytes. */
  public void begins(long bytes) {
    inputBytes.record(bytes);
  }

  /** A run has ended; failed runs have no outputs. */
  public void ran(long nanos) {
    runMicros.record(nanos / NANOS_PER_MICRO);
  }

  /** A run has given outputs of so many bytes. */
  public void gave(long bytes) {
    outputBytes.record(bytes);
  }
}
