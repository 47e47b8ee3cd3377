package dev.sluice.metrics;

/**
 * Counts the requests of one API at one entry point. Thread-safe; recording a success takes no lock
 * and allocates nothing.
 *
 * <p>Times are those of {@link System#nanoTime}.
 */
public final class RequestMeter {
  /** How many meters there are. */
  static final int SLOTS = Api.values().length * Entrypoint.values().length;

  private static final long NANOS_PER_MICRO = 1000;

  private final ModelNames models;
  private final Api api;
  private final Entrypoint entrypoint;
  private final int slot;

  /**
   * Creates a meter.
   *
   * @param slot a number of its own, less than {@link #SLOTS}, by which a model keeps its cells
   */
  RequestMeter(ModelNames models, Api api, Entrypoint entrypoint, int slot) {
    this.slot = slot;
    this.models = models;
    this.api = api;
    this.entrypoint = entrypoint;
  }

  Api api() {
    return api;
  }

  Entrypoint entrypoint() {
    return entrypoint;
  }

  /** Returns a number that no other meter has, less than {@link #SLOTS}. */
  int slot() {
    return slot;
  }

  /** A request was answered. */
  public void succeeded(String model, long nanos) {
    succeeded(models.of(model), nanos);
  }

  /** A request was answered after a run of its model that took so long. */
  public void succeeded(String model, long nanos, long runNanos) {
    ModelMetrics metrics = models.of(model);
    succeeded(metrics, nanos);
    metrics.runtimeLatency(slot, api).record(runNanos / NANOS_PER_MICRO);
  }

  private void succeeded(ModelMetrics metrics, long nanos) {
    metrics.succeededCount().increment();
    metrics.requestLatency(slot, api, entrypoint).record(nanos / NANOS_PER_MICRO);
  }

  /** A model ran for something that is no request, such as a warm-up record. */
  public void ran(String model, long runNanos) {
    models.of(model).runtimeLatency(slot, api).record(runNanos / NANOS_PER_MICRO);
  }

  /**
   * A request failed.
   *
   * @param model as the client named it; empty if the request names none
   * @param status the name of its code, such as {@code NOT_FOUND}
   */
  public void failed(String model, String status) {
    models.of(model).failedCount(status).increment();
  }
}
