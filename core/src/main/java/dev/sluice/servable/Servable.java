package dev.sluice.servable;

import dev.sluice.metrics.VersionMetrics;
import dev.sluice.tensor.TensorAllocator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One loaded version of a model. Thread-safe.
 *
 * <p>An engine's own servable runs on the calling thread and completes before {@link #run} returns;
 * decorators (lanes, batching) put a queue in front of it.
 */
public interface Servable {
  /** Returns the signatures by key; immutable. */
  Map<String, Signature> signatures();

  /** Returns where the memory of inputs comes from, so that the engine need not copy them. */
  TensorAllocator allocator();

  /**
   * Returns what the model says of itself in its own format, by the name of the metadata field; for
   * a SavedModel {@code signature_def}, a serialized {@code tensorflow.serving.SignatureDefMap}
   * with all signatures verbatim (grpc.md §9). Empty where {@link #signatures()} says it all.
   */
  default Map<String, byte[]> metadata() {
    return Map.of();
  }

  /**
   * Returns the name of the engine that loaded it, such as {@code onnx}; empty if none is known.
   */
  default String engine() {
    return "";
  }

  /** Returns where what is measured of this version is kept; null if nothing is measured. */
  default @Nullable VersionMetrics metrics() {
    return null;
  }

  /**
   * Returns true if the shapes of the inputs alone decide how long a run of the signature's whole
   * outputs takes: no loop whose count is a value, no waiting, no lock held for long.
   */
  default boolean isShapeBound(Signature signature) {
    return false;
  }

  /**
   * Returns true if a run of the signature may change what later runs give, so that it must never
   * be made only to find something out.
   */
  default boolean isStateful(Signature signature) {
    return false;
  }

  /**
   * Returns why a request of this caller would be refused now, whatever it asks for, so that nobody
   * decodes it in vain; null if it may be run. A guess: {@link #run} decides.
   */
  default @Nullable ServingException overload(Caller caller) {
    return null;
  }

  /**
   * Returns the runs that have begun and not ended, for those who watch over them; empty where
   * nobody counts them. Never blocks.
   */
  default List<RunUnderWay> runsUnderWay() {
    return List.of();
  }

  /**
   * Returns true if the servable itself ends requests whose deadlines pass while they wait for it,
   * and may run one later than that because others run with it. Whoever waits for an answer then
   * leaves it to the servable, and {@linkplain RunRequest#mayRunUntil is told} when the run begins.
   */
  default boolean keepsDeadlines() {
    return false;
  }

  /**
   * Runs a signature; the completion is called exactly once, possibly before this returns. The
   * outputs have memory of their own, which stays when the inputs are given back.
   */
  void run(RunRequest request, Completion completion);

  /**
   * Returns what makes the same runs, and does not count them as this does: for runs that no client
   * asked for, made only to find something out. Closed with this.
   */
  default Servable uncounted() {
    return this;
  }

  /**
   * Stops what the servable itself started, such as threads. Called once, after the drain and
   * before the loader unloads; a decorator then closes what it decorates.
   */
  default void close() {}
}
