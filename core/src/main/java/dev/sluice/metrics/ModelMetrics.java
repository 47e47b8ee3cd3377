package dev.sluice.metrics;

import java.util.BitSet;

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
  private final KeptCells<Histogram> requests = new KeptCells<>(RequestMeter.SLOTS);
  private final KeptCells<Histogram> runs = new KeptCells<>(RequestMeter.SLOTS);
  private final KeptCells<Histogram> batches = new KeptCells<>(1);
  private final KeptCells<Counter> succeeded = new KeptCells<>(1);

  ModelMetrics(String label, Families families) {
    this.label = label;
    this.families = families;
  }

  Counter succeededCount() {
    return succeeded.at(0, () -> families.requestCount().cell(label, OK));
  }

  Counter failedCount(String status) {
    return families.requestCount().cell(label, status);
  }

  Histogram requestLatency(int slot, Api api, Entrypoint entrypoint) {
    return requests.at(
        slot,
        () ->
            families
                .requestLatency()
                .cell(
                    label,
                    entrypoint == Entrypoint.GRPC ? api.grpcLabel() : api.restLabel(),
                    entrypoint.name()));
  }

  /** Adds how many answers each part of a bucket has, over all meters of some slots. */
  void addAnswers(long[] counts, BitSet slots) {
    for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
      Histogram cell = requests.peek(slot);
      for (int part = 0; cell != null && part < counts.length; part++) {
        counts[part] += cell.countInPart(part);
      }
    }
  }

  Histogram runtimeLatency(int slot, Api api) {
    return runs.at(slot, () -> families.runtimeLatency().cell(label, api.grpcLabel(), "TF1"));
  }

  Histogram batchRows() {
    return batches.at(0, () -> families.batchRows().cell(label));
  }

  Counter expiredCount() {
    return families.expiredCount().cell(label);
  }
}
