package dev.sluice.batching.tfs;

import dev.sluice.batching.merge.BatchTask;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The queues of one version: one for each set of inputs and outputs (config.md §8.3). Those of the
 * signatures are there from the beginning; others come with their first task and go with their
 * last, since clients choose the outputs, and there are very many ways to.
 *
 * <p>Whoever calls it holds the pool's lock, unless a method says otherwise.
 */
final class QueueSet {
  /** What requests that may share a batch have in common: the engine's names, sorted. */
  static final class Kind {
    private final List<String> inputs;
    private final List<String> outputs;

    /** Kept, for queues are looked up under the lock. */
    private final int hash;

    private Kind(List<String> inputs, List<String> outputs) {
      this.inputs = inputs;
      this.outputs = outputs;
      this.hash = 31 * inputs.hashCode() + outputs.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Kind kind
              && hash == kind.hash
              && inputs.equals(kind.inputs)
              && outputs.equals(kind.outputs));
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private final Servable servable;
  private final TfsOptions options;
  private final Consumer<List<BatchTask>> runner;
  private final Map<Kind, BatchQueue> queues = new HashMap<>();

  /** Of requests for all outputs of a signature; never changes. */
  private final Map<Signature, Kind> ofSignatures;

  private final Set<BatchQueue> lasting;

  /** The pool's own: the batches of this version that are being run. */
  final RunningBatches running = new RunningBatches();

  /** The pool's own: true if no more tasks are taken. */
  boolean closed;

  /**
   * Creates the queues of a servable.
   *
   * @param runner runs a batch and completes its tasks; on a thread of the pool
   */
  QueueSet(Servable servable, TfsOptions options, Consumer<List<BatchTask>> runner) {
    this.servable = servable;
    this.options = options;
    this.runner = runner;
    Map<Signature, Kind> kinds = new HashMap<>();
    Set<BatchQueue> ofKinds = new HashSet<>();
    for (Signature signature : servable.signatures().values()) {
      Kind kind = kind(signature, signature.allOutputs());
      kinds.put(signature, kind);
      ofKinds.add(queueFor(kind));
    }
    this.ofSignatures = Map.copyOf(kinds);
    this.lasting = Set.copyOf(ofKinds);
  }

  /** Runs a batch; without the lock. */
  void run(List<BatchTask> tasks) {
    runner.accept(tasks);
  }

  /** Returns what kind a request is of; without the lock. */
  Kind kindOf(RunRequest request) {
    Signature signature = request.signature();
    Kind own = ofSignatures.get(signature);
    return own != null && Arrays.equals(request.outputs(), signature.allOutputs())
        ? own
        : kind(signature, request.outputs());
  }

  /** Returns the queue for requests of a kind. */
  BatchQueue queueFor(Kind kind) {
    return queues.computeIfAbsent(
        kind, each -> new BatchQueue(this, options, servable.allocator()));
  }

  /** Returns all queues there are. */
  Collection<BatchQueue> queues() {
    return queues.values();
  }

  /** Forgets a queue that has become empty, unless it is a signature's. */
  void emptied(BatchQueue queue) {
    if (!lasting.contains(queue)) {
      queues.values().remove(queue);
    }
  }

  private static Kind kind(Signature signature, int[] outputs) {
    List<String> inputs = new ArrayList<>();
    for (TensorSpec input : signature.inputs()) {
      inputs.add(input.nativeName());
    }
    List<String> wanted = new ArrayList<>();
    for (int output : outputs) {
      wanted.add(signature.outputs().get(output).nativeName());
    }
    inputs.sort(null);
    wanted.sort(null);
    return new Kind(inputs, wanted);
  }
}
