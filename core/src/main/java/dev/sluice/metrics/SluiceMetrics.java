package dev.sluice.metrics;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * What is measured under names of today's conventions: base units, and a label for each thing that
 * one asks by. Thread-safe.
 *
 * <p>How many series there are is bounded: models by those that are served (of others there is one,
 * {@code other}), signatures by what a model has, versions by those that are loaded, and every
 * family by {@link MetricRegistry#MOST_CELLS}.
 */
public final class SluiceMetrics {
  private static final long NANOS = 1_000_000_000;

  /**
   * From 50 µs to a minute, four a decade, so that a quantile that is read from them is off by less
   * than a factor of 2; and on numbers that objectives are made of.
   */
  static final Buckets DURATIONS =
      Buckets.upTo(
          NANOS, 5e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 0.01, 0.02, 0.03, 0.05, 0.1,
          0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 30, 60);

  /** For what should be short, and is asked for only when it is not: two a decade. */
  static final Buckets WAITS =
      Buckets.upTo(NANOS, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5, 10);

  static final Buckets ROWS = Buckets.upTo(1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024);

  private final MetricRegistry registry;
  private final Families families;
  private final InferenceMetrics inference;
  private final Family<Counter> refused;
  private final Family<Counter> loads;

  /** Of versions that are loaded. */
  private final ConcurrentMap<Key, VersionMetrics> versions = new ConcurrentSkipListMap<>();

  /** Of requests that came to no version, by model; those for models that were never served. */
  private final ConcurrentMap<String, VersionMetrics> unfound = new ConcurrentHashMap<>();

  private final VersionMetrics unknown;

  private record Key(String model, long version) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::model).thenComparingLong(Key::version);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /** The families that versions have cells in. */
  record Families(
      Family<Histogram> durationSeconds,
      Family<Histogram> decodeSeconds,
      Family<Histogram> queueSeconds,
      Family<Histogram> runSeconds,
      Family<Histogram> batchRows,
      Family<Computed> requestsInFlight,
      Family<Computed> queueLength,
      Family<Computed> loadNanos,
      Family<Computed> memoryBytes) {
    private static final String[] OF_VERSION = {"model", "version"};

    static Families of(MetricRegistry registry) {
      return new Families(
          registry.histogram(
              Description.of(
                  "sluice_request_duration_seconds",
                  "Time of inference requests, from their arrival to the answer that is ready to be"
                      + " sent. An empty version: none was found.",
                  "model",
                  "version",
                  "signature",
                  "protocol",
                  "api",
                  "code"),
              DURATIONS),
          waits(registry, "sluice_request_decode_seconds", "Time from arrival to decoded inputs."),
          waits(
              registry,
              "sluice_request_queue_seconds",
              "Time from decoded inputs to the begin of the run."),
          registry.histogram(
              Description.of(
                  "sluice_engine_run_seconds",
                  "Time that the engine took for each run, of one request or of several.",
                  "model",
                  "version",
                  "signature"),
              DURATIONS),
          registry.histogram(
              Description.of("sluice_batch_rows", "Rows of each run of the engine.", OF_VERSION),
              ROWS),
          gauge(
              registry,
              "sluice_requests_in_flight",
              "Requests that hold the version: from its being found to the end of the run."),
          gauge(registry, "sluice_queue_length", "Requests that wait for a run."),
          registry.scaledGauge(
              Description.of(
                  "sluice_model_load_seconds",
                  "Time of the load that succeeded, without warm-up.",
                  OF_VERSION),
              NANOS),
          gauge(
              registry,
              "sluice_model_memory_bytes",
              "What the C library's heap grew by during the load, and the version's files that are"
                  + " mapped. Loads and requests at the same time count for each other; what runs"
                  + " allocate later is not in it."));
    }

    private static Family<Histogram> waits(MetricRegistry registry, String name, String help) {
      return registry.histogram(Description.of(name, help, OF_VERSION), WAITS);
    }

    private static Family<Computed> gauge(MetricRegistry registry, String name, String help) {
      return registry.scaledGauge(Description.of(name, help, OF_VERSION), 1);
    }
  }

  /**
   * Registers the families.
   *
   * @param inference has the statistics of the same versions
   */
  SluiceMetrics(MetricRegistry registry, InferenceMetrics inference) {
    this.registry = registry;
    this.inference = inference;
    this.families = Families.of(registry);
    this.refused =
        registry.counter(
            Description.of(
                "sluice_requests_refused_total",
                "Requests that were turned away because of load.",
                "model",
                "reason"));
    this.loads =
        registry.counter(
            Description.of(
                "sluice_model_loads_total", "Tries to load a version.", "model", "status"));
    this.unknown = unversioned(Family.OTHER);
  }

  private VersionMetrics unversioned(String model) {
    return new VersionMetrics(families, new VersionStatistics(model, 0), model, "");
  }

  /** Returns the families, for a page. */
  MetricRegistry registry() {
    return registry;
  }

  /** Gives a model that is going to be served a label of its own, whatever clients ask for. */
  void serve(String model) {
    unfound.computeIfAbsent(model, this::unversioned);
  }

  /** Returns the cells of a version that is loaded; the same every time until it has ended. */
  public VersionMetrics of(String model, long version) {
    return versions.computeIfAbsent(
        new Key(model, version),
        key ->
            new VersionMetrics(
                families, inference.of(model, version), model, Long.toString(version)));
  }

  /** Returns the cells for requests that come to no version of what they name. */
  public VersionMetrics unfound(String model) {
    return Objects.requireNonNullElse(unfound.get(model), unknown);
  }

  /** A version can be used no more: its series go, its model's own stay. */
  public void ended(String model, long version) {
    VersionMetrics gone = versions.remove(new Key(model, version));
    if (gone != null) {
      gone.end();
    }
    inference.ended(model, version);
  }

  /** A version was loaded; -1 bytes if it is not known what the load took. */
  public void loaded(String model, long version, long nanos, long bytes) {
    loads.cell(model, "success").increment();
    VersionMetrics cells = of(model, version);
    cells.loaded(nanos);
    if (bytes >= 0) {
      cells.took(bytes);
    }
  }

  /** A version could not be loaded. */
  public void loadFailed(String model) {
    loads.cell(model, "fail").increment();
  }

  /** A request was turned away. */
  public void refused(String model, Refusal reason) {
    refused.cell(unfound.containsKey(model) ? model : Family.OTHER, reason.label()).increment();
  }

  /** Returns what is measured of each loaded version, by model and version. */
  public List<VersionNumbers> numbers() {
    Collection<VersionMetrics> loaded = versions.values();
    return loaded.stream().map(VersionMetrics::numbers).toList();
  }

  /** Returns what is measured of one loaded version, or null. */
  public @Nullable VersionNumbers numbers(String model, long version) {
    VersionMetrics cells = versions.get(new Key(model, version));
    return cells == null ? null : cells.numbers();
  }
}
