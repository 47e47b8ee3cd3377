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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The queues of one version: one for each set of inputs and outputs (config.md §8.3). Those of the
 * signatures are there from the beginning; others come with their first task and go with their
 * last, since clients choose the outputs, and there are very many ways to.
 *
 * <p>Whoever calls it holds the pool's lock.
 */
final class QueueSet {
  /** What requests that may share a batch have in common: the engine's names, sorted. */
  private record Kind(List<String> inputs, List<String> outputs) {}

  private final Servable servable;
  private final TfsOptions options;
  private final Consumer<List<BatchTask>> runner;
  private final Map<Kind, BatchQueue> queues = new HashMap<>();
  private final Map<Signature, BatchQueue> ofSignatures = new HashMap<>();
  private final Set<BatchQueue> lasting;

  /** The pool's own: how many batches of this version are being run. */
  int running;

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
    for (Signature signature : servable.signatures().values()) {
      ofSignatures.put(signature, queue(kind(signature, signature.allOutputs())));
    }
    this.lasting = Set.copyOf(ofSignatures.values());
  }

  /** Runs a batch; without the lock. */
  void run(List<BatchTask> tasks) {
    runner.accept(tasks);
  }

  /** Returns the queue for a request. */
  BatchQueue queueFor(RunRequest request) {
    Signature signature = request.signature();
    BatchQueue own = ofSignatures.get(signature);
    return own != null && Arrays.equals(request.outputs(), signature.allOutputs())
        ? own
        : queue(kind(signature, request.outputs()));
  }

  private BatchQueue queue(Kind kind) {
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
