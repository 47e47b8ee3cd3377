package dev.sluice.metrics;

import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one version of a model. The version's servable keeps it, so that a request need not
 * look for it. Each cell is on the page from its first sample on, until the version has ended.
 *
 * <p>Thread-safe; recording takes no lock and allocates nothing once its like has been seen. Times
 * are in nanoseconds.
 */
public final class VersionMetrics {
  /** Clients can put signatures together; those of a model are far fewer. */
  static final int MOST_SIGNATURES = 64;

  private static final int CODES = 17;

  private final SluiceMetrics.Families families;
  private final VersionStatistics statistics;
  private final String model;
  private final String version;
  private final ConcurrentMap<String, SignatureMetrics> signatures = new ConcurrentHashMap<>();
  private final SignatureMetrics otherSignatures = new SignatureMetrics(this, Family.OTHER);
  private final KeptCells<Histogram> decoding = new KeptCells<>(1);
  private final KeptCells<Histogram> waiting = new KeptCells<>(1);
  private final KeptCells<Histogram> rows = new KeptCells<>(1);

  /** What removes the cells that there are. */
  private final Queue<Runnable> removals = new ConcurrentLinkedQueue<>();

  private volatile LongSupplier inFlight = () -> 0;
  private volatile LongSupplier queueLength = () -> 0;
  private volatile long memoryBytes = -1;
  private volatile boolean ended;

  /**
   * Creates the cells of a version.
   *
   * @param model the label
   * @param version the label; empty for requests that come to no version
   */
  VersionMetrics(
      SluiceMetrics.Families families, VersionStatistics statistics, String model, String version) {
    this.families = families;
    this.statistics = statistics;
    this.model = model;
    this.version = version;
  }

  /** Returns what Triton's metrics and statistics are made of. */
  public VersionStatistics statistics() {
    return statistics;
  }

  /**
   * A request ended.
   *
   * @param signature its key; empty if none was selected
   * @param kind the meter of its API and entry point
   * @param code the number of its code by gRPC
   * @param codeName that code's name
   * @param traceId of the trace that is recorded of it; null if none is
   */
  public void ended(
      String signature,
      RequestMeter kind,
      int code,
      String codeName,
      long nanos,
      @Nullable String traceId) {
    Histogram cell = of(signature).durations(kind, code, codeName);
    cell.record(nanos);
    if (traceId != null) {
      cell.exemplify(nanos, traceId, System.currentTimeMillis());
    }
  }

  /** A request was decoded, and took so long for it from its arrival on. */
  public void decoded(long nanos) {
    decoding.at(0, () -> cell(families.decodeSeconds())).record(nanos);
  }

  /** A request's run began after so long a wait. */
  public void waited(long nanos) {
    waiting.at(0, () -> cell(families.queueSeconds())).record(nanos);
  }

  /** The engine ran, for so many rows at once. */
  public void ran(String signature, long runRows, long nanos) {
    statistics.ran(runRows, nanos);
    rows.at(0, () -> cell(families.batchRows())).record(runRows);
    of(signature).runs().record(nanos);
  }

  private SignatureMetrics of(String signature) {
    SignatureMetrics known = signatures.get(signature);
    if (known != null) {
      return known;
    }
    return signatures.size() < MOST_SIGNATURES
        ? signatures.computeIfAbsent(signature, key -> new SignatureMetrics(this, key))
        : otherSignatures;
  }

  /** Says where the number of requests that hold the version is kept. */
  public void countInFlight(LongSupplier requests) {
    inFlight = requests;
    show(families.requestsInFlight(), requests);
  }

  /** Says where the number of requests that wait for a run is kept. */
  public void countQueued(LongSupplier requests) {
    queueLength = requests;
    show(families.queueLength(), requests);
  }

  /** The version was loaded, in so long a time. */
  void loaded(long nanos) {
    show(families.loadNanos(), () -> nanos);
  }

  /** The load took so much memory. */
  void took(long bytes) {
    memoryBytes = bytes;
    show(families.memoryBytes(), () -> bytes);
  }

  private void show(Family<Computed> family, LongSupplier value) {
    family.put(new Computed(value), model, version);
    removeAtEnd(() -> family.remove(model, version));
  }

  private <M extends Metric> M cell(Family<M> family) {
    M cell = family.cell(model, version);
    removeAtEnd(() -> family.remove(model, version));
    return cell;
  }

  Histogram durations(String signature, RequestMeter kind, String codeName) {
    Family<Histogram> family = families.durationSeconds();
    String[] labels = {
      model, version, signature, kind.entrypoint().label(), kind.api().label(), codeName
    };
    Histogram cell = family.cell(labels);
    removeAtEnd(() -> family.remove(labels));
    return cell;
  }

  Histogram runs(String signature) {
    Family<Histogram> family = families.runSeconds();
    Histogram cell = family.cell(model, version, signature);
    removeAtEnd(() -> family.remove(model, version, signature));
    return cell;
  }

  private void removeAtEnd(Runnable removal) {
    removals.add(removal);
    if (ended) { // who ends may not see what was added just now
      removal.run();
    }
  }

  /** Takes the cells from the page: the version can be used no more. */
  void end() {
    ended = true;
    removals.forEach(Runnable::run);
  }

  /** Returns the numbers as they are now. */
  VersionNumbers numbers() {
    Distribution.Sum all = new Distribution.Sum(SluiceMetrics.DURATIONS);
    Map<Integer, Long> requests = new TreeMap<>();
    for (int code = 0; code < CODES; code++) {
      long before = all.count();
      for (SignatureMetrics signature : signatures.values()) {
        signature.addTo(all, code);
      }
      otherSignatures.addTo(all, code);
      if (all.count() > before) {
        requests.put(code, all.count() - before);
      }
    }
    return new VersionNumbers(
        statistics.model(),
        statistics.version(),
        requests,
        all.distribution(),
        distribution(SluiceMetrics.WAITS, waiting),
        distribution(SluiceMetrics.ROWS, rows),
        inFlight.getAsLong(),
        queueLength.getAsLong(),
        memoryBytes);
  }

  private static Distribution distribution(Buckets buckets, KeptCells<Histogram> kept) {
    Distribution.Sum sum = new Distribution.Sum(buckets);
    Histogram cell = kept.peek(0);
    if (cell != null) {
      sum.add(cell);
    }
    return sum.distribution();
  }
}
