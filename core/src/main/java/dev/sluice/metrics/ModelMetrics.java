package dev.sluice.metrics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one model name, each made when its first sample comes, as in the reference, and kept
 * so that a request looks up nothing but the model.
 */
final class ModelMetrics {
  private static final String OK = "OK";

  /** The families that have a model's name as their first label. */
  record Families(
      Family<Counter> requestCount,
      Family<Histogram> requestLatency,
      Family<Histogram> runtimeLatency,
      Family<Counter> expiredCount,
      Family<Histogram> batchRows) {}

  private final String label;
  private final Families families;
  private final AtomicReferenceArray<@Nullable Histogram> requests =
      new AtomicReferenceArray<>(RequestMeter.SLOTS);
  private final AtomicReferenceArray<@Nullable Histogram> runs =
      new AtomicReferenceArray<>(RequestMeter.SLOTS);
  private final AtomicReferenceArray<@Nullable Histogram> batches = new AtomicReferenceArray<>(1);
  private final AtomicReferenceArray<@Nullable Counter> succeeded = new AtomicReferenceArray<>(1);

  ModelMetrics(String label, Families families) {
    this.label = label;
    this.families = families;
  }

  private static <M extends Metric> M at(
      AtomicReferenceArray<@Nullable M> cells, int index, Supplier<M> maker) {
    M cell = cells.get(index);
    if (cell == null) {
      // Twice at once does no harm: a family gives the same cell every time.
      cell = maker.get();
      cells.set(index, cell);
    }
    return cell;
  }

  Counter succeededCount() {
    return at(succeeded, 0, () -> families.requestCount().cell(label, OK));
  }

  Counter failedCount(String status) {
    return families.requestCount().cell(label, status);
  }

  Histogram requestLatency(int slot, Api api, Entrypoint entrypoint) {
    return at(
        requests,
        slot,
        () ->
            families
                .requestLatency()
                .cell(
                    label,
                    entrypoint == Entrypoint.GRPC ? api.grpcLabel() : api.restLabel(),
                    entrypoint.name()));
  }

  Histogram runtimeLatency(int slot, Api api) {
    return at(runs, slot, () -> families.runtimeLatency().cell(label, api.grpcLabel(), "TF1"));
  }

  Histogram batchRows() {
    return at(batches, 0, () -> families.batchRows().cell(label));
  }

  Counter expiredCount() {
    return families.expiredCount().cell(label);
  }
}
