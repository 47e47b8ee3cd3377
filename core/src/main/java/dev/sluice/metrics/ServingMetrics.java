package dev.sluice.metrics;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * All that this server measures: TensorFlow Serving's metrics by their names (metrics.md §3) with
 * two of Sluice's own in the same form, Triton's, and those of today's conventions.
 */
public final class ServingMetrics {
  private static final String PREFIX = "/tensorflow/serving/";
  private static final Buckets MICROS = Buckets.exponential(10, 1.8, 33);

  /**
   * As the reference's, and each in six parts that grow by 1.103, for the console's percentiles.
   */
  private static final Buckets LATENCIES = Buckets.exponential(10, 1.8, 33, 6);

  private static final Buckets ROWS = Buckets.exponential(1, 2, 11);
  private static final Buckets EXAMPLES = Buckets.exponential(1, 2, 15);

  private final Family<Counter> requestCount;

  /** The slots of meters whose requests run a model; never changed once they are all there. */
  private final BitSet running = new BitSet(RequestMeter.SLOTS);

  private final ModelNames models;
  private final Map<Entrypoint, Map<Api, RequestMeter>> meters = new EnumMap<>(Entrypoint.class);
  private final Family<Histogram> exampleCounts;
  private final Family<Counter> exampleTotal;
  private final Family<Histogram> warmupLatency;
  private final Family<Counter> warmupRecords;
  private final RuntimeMetrics runtime;
  private final BatchingMetrics batching;
  private final InferenceMetrics inference;
  private final SluiceMetrics own;

  /**
   * Registers all metrics.
   *
   * @param registry takes those that have other servers' names
   * @param batchingEnabled true registers also what only a server with batching has
   */
  public ServingMetrics(MetricRegistry registry, boolean batchingEnabled) {
    this.requestCount = registry.counter(PREFIX + "request_count", "model_name", "status");
    this.models =
        new ModelNames(
            new ModelMetrics.Families(
                requestCount,
                registry.histogram(
                    PREFIX + "request_latency", LATENCIES, "model_name", "API", "entrypoint"),
                registry.histogram(
                    PREFIX + "runtime_latency", MICROS, "model_name", "API", "runtime"),
                registry.counter("/sluice/request_expired_in_queue_count", "model_name"),
                registry.histogram("/sluice/batch_rows", ROWS, "model_name")));
    int slot = 0;
    for (Entrypoint entrypoint : Entrypoint.values()) {
      Map<Api, RequestMeter> byApi = new EnumMap<>(Api.class);
      for (Api api : Api.values()) {
        running.set(slot, api != Api.INFO);
        byApi.put(api, new RequestMeter(models, api, entrypoint, slot++));
      }
      meters.put(entrypoint, byApi);
    }
    this.exampleCounts = registry.histogram(PREFIX + "request_example_counts", EXAMPLES, "model");
    this.exampleTotal = registry.counter(PREFIX + "request_example_count_total", "model");
    this.warmupLatency =
        registry.histogram(PREFIX + "model_warmup_latency", MICROS, "model_path", "status");
    this.warmupRecords =
        registry.counter(PREFIX + "model_warmup_records_read", "model_path", "status");
    registry.counter(PREFIX + "request_log_count", "model_name", "status_code");
    registry.gauge(PREFIX + "mlmd_map", "model_name", "version");
    this.runtime = new RuntimeMetrics(registry);
    this.batching = new BatchingMetrics(registry, batchingEnabled);
    this.inference = new InferenceMetrics(registry);
    this.own = new SluiceMetrics(new MetricRegistry(), inference);
  }

  /** Gives a model that is going to be served a label of its own, whatever clients ask for. */
  public void serve(String model) {
    models.serve(model);
    own.serve(model);
  }

  /** Returns the meter of an API at an entry point; the same one every time. */
  public RequestMeter requests(Api api, Entrypoint entrypoint) {
    return Objects.requireNonNull(Objects.requireNonNull(meters.get(entrypoint)).get(api));
  }

  /** A request of one model brought so many Examples (MultiInference). */
  public void examples(String model, long count) {
    exampleCounts.cell(model).record(count);
    exampleTotal.cell(model).add(count);
  }

  /** A request's time was up while it waited for its model. */
  public void expiredInQueue(String model) {
    models.of(model).expiredCount().increment();
  }

  /** A run that requests of one model could have shared had so many rows. */
  public void ran(String model, long rows) {
    models.of(model).batchRows().record(rows);
  }

  /**
   * A version's warm-up file was read to its end, or to where it could not be read.
   *
   * @param modelPath the version's directory
   * @param status {@code OK}, or the name of a code, a colon, a space and the message
   * @param nanos how long it took
   * @param records how many records were read
   */
  public void warmedUp(String modelPath, String status, long nanos, long records) {
    warmupLatency.cell(modelPath, status).record(nanos / 1000);
    warmupRecords.cell(modelPath, status).add(records);
  }

  /**
   * Returns how many requests that ran a model were answered within which time, by any API: below
   * each of the {@link #latencyLimits} but not below the one before it, and last those above all.
   */
  public long[] answersByLatency(String model) {
    long[] counts = new long[LATENCIES.partCount() + 1];
    ModelMetrics known = models.known(model);
    if (known != null) {
      known.addAnswers(counts, running);
    }
    return counts;
  }

  /** Returns the limits of those times, in microseconds and ascending, each by a tenth higher. */
  public static double[] latencyLimits() {
    return LATENCIES.bounds();
  }

  /** Returns how many requests ended with which status, by the names that they gave for a model. */
  public Map<String, Map<String, Long>> requestsByStatus() {
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    requestCount
        .sortedCells()
        .forEach(
            cell ->
                counts
                    .computeIfAbsent(cell.getKey().get(0), model -> new TreeMap<>())
                    .put(cell.getKey().get(1), cell.getValue().value()));
    return counts;
  }

  /** Returns what loading and running measure. */
  public RuntimeMetrics runtime() {
    return runtime;
  }

  /** Returns what is measured of each version. */
  public InferenceMetrics inference() {
    return inference;
  }

  /** Returns what is measured under names of today's conventions. */
  public SluiceMetrics own() {
    return own;
  }

  /** Returns what batching measures. */
  public BatchingMetrics batching() {
    return batching;
  }
}
