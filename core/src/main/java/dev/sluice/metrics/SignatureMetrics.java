package dev.sluice.metrics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one signature of a version, found by number: a request looks up no text, and
 * allocates nothing once its like has been seen. Thread-safe.
 */
final class SignatureMetrics {
  /** gRPC has 17 codes, 0 to 16. */
  private static final int CODES = 17;

  private static final int SLOTS = RequestMeter.SLOTS * CODES;

  private final VersionMetrics version;
  private final String label;
  private final AtomicReferenceArray<@Nullable Histogram> durations =
      new AtomicReferenceArray<>(SLOTS);
  private final KeptCells<Histogram> runs = new KeptCells<>(1);

  SignatureMetrics(VersionMetrics version, String label) {
    this.version = version;
    this.label = label;
  }

  /** Returns where requests are recorded that were answered so; see {@link VersionMetrics}. */
  Histogram durations(RequestMeter kind, int code, String codeName) {
    int slot = kind.slot() * CODES + code;
    Histogram cell = durations.get(slot);
    if (cell == null) {
      // Twice at once does no harm: a family gives the same cell every time.
      cell = version.durations(label, kind, codeName);
      durations.set(slot, cell);
    }
    return cell;
  }

  Histogram runs() {
    return runs.at(0, () -> version.runs(label));
  }

  /** Adds up what is recorded of requests that ended with one code. */
  void addTo(Distribution.Sum sum, int code) {
    for (int slot = code; slot < SLOTS; slot += CODES) {
      Histogram cell = durations.get(slot);
      if (cell != null) {
        sum.add(cell);
      }
    }
  }
}
