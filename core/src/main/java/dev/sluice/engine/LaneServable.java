package dev.sluice.engine;

import dev.sluice.servable.Code;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Moves the runs of a servable from the caller's thread, an event loop, to the servable's own
 * lanes, unless the move costs more than the run.
 *
 * <p>Every servable has its own queue and its own threads, so that a slow model delays no other.
 * Runs that nobody waits for any more end without running.
 *
 * <p>A run stays on the caller's thread only if it cannot hold it up: the engine says that the
 * inputs' shapes decide how long it takes, all outputs are wanted (so that nothing has to be
 * prepared for it), and the last runs with inputs of these shapes have taken no longer than {@link
 * #MAX_INLINE}.
 */
public final class LaneServable implements Servable {
  /**
   * The hand-over to a lane and back costs about 10 µs of CPU; a client with one connection loses
   * its second core for runs that are not handed over, so they must not be much longer than that.
   */
  static final Duration MAX_INLINE = Duration.ofNanos(20_000);

  private static final long MAX_INLINE_NANOS = MAX_INLINE.toNanos();

  private final ServableId id;
  private final Servable servable;
  private final Lanes lanes;
  private final int queueCapacity;
  private final LongSupplier nanoTime;
  private final Consumer<ServableId> expired;

  /** Of the signatures whose runs may stay on the caller's thread. */
  private final Map<Signature, RunCosts> costs;

  LaneServable(
      ServableId id,
      Servable servable,
      int laneCount,
      int queueCapacity,
      Consumer<ServableId> expired,
      LongSupplier nanoTime) {
    this.id = id;
    this.servable = servable;
    this.queueCapacity = queueCapacity;
    this.nanoTime = nanoTime;
    this.expired = expired;
    this.costs =
        servable.signatures().values().stream()
            .filter(servable::isShapeBound)
            .collect(Collectors.toUnmodifiableMap(Function.identity(), key -> new RunCosts()));
    this.lanes =
        new Lanes(
            "lane-" + id.model() + "-" + id.version(), laneCount, queueCapacity, this::runHere);
  }

  /**
   * Returns a decorator that gives every servable its own lanes.
   *
   * @param laneCount the largest number of threads for one servable
   * @param queueCapacity how many runs may wait for one servable; more are refused as UNAVAILABLE
   * @param expired is told of each run that ended in the queue, because its deadline passed or its
   *     client left; on a lane, so it must not block
   */
  public static ServableDecorator decorator(
      int laneCount, int queueCapacity, Consumer<ServableId> expired) {
    return (ModelVersion version, Servable servable) ->
        new LaneServable(
            version.id(), servable, laneCount, queueCapacity, expired, System::nanoTime);
  }

  @Override
  public Map<String, Signature> signatures() {
    return servable.signatures();
  }

  @Override
  public TensorAllocator allocator() {
    return servable.allocator();
  }

  @Override
  public Map<String, byte[]> metadata() {
    return servable.metadata();
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    RunCosts known = costs.get(request.signature());
    // With fewer outputs the engine may have to prepare something, and the cost is another.
    if (known != null && Arrays.equals(request.outputs(), request.signature().allOutputs())) {
      RunCosts.Cost cost = known.of(request);
      Timed timed = new Timed(completion, cost);
      if (cost.isKnownBelow(MAX_INLINE_NANOS)) {
        runHere(request, timed);
      } else {
        offer(request, timed);
      }
    } else {
      offer(request, completion);
    }
  }

  private void offer(RunRequest request, Completion completion) {
    if (!lanes.offer(request, completion)) {
      completion.failed(
          new ServingException(
              Code.UNAVAILABLE,
              "Servable "
                  + id
                  + " is overloaded: "
                  + queueCapacity
                  + " requests wait already, or the system has no thread left for it"));
    }
  }

  private void runHere(RunRequest request, Completion completion) {
    if (request.isAbandoned()) {
      expired.accept(id);
      completion.failed(
          new ServingException(
              Code.DEADLINE_EXCEEDED,
              "The request's deadline passed while it waited for servable " + id));
      return;
    }
    if (completion instanceof Timed timed) {
      timed.start = nanoTime.getAsLong();
    }
    servable.run(request, completion);
  }

  /**
   * Takes the time from the start of a run to the end of its answer's encoding, which holds the
   * thread as well. A run that failed says nothing of what runs cost.
   */
  private final class Timed implements Completion {
    private final Completion completion;
    private final RunCosts.Cost cost;
    private long start;

    Timed(Completion completion, RunCosts.Cost cost) {
      this.completion = completion;
      this.cost = cost;
    }

    @Override
    public void succeeded(Tensor[] outputs) {
      completion.succeeded(outputs);
      cost.add(nanoTime.getAsLong() - start);
    }

    @Override
    public void failed(ServingException failure) {
      completion.failed(failure);
    }
  }

  @Override
  public void close() {
    lanes.close();
    servable.close();
  }
}
