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
import dev.sluice.tensor.TensorAllocator;
import java.util.Map;

/**
 * Moves the runs of a servable from the caller's thread, an event loop, to the servable's own
 * lanes.
 *
 * <p>Every servable has its own queue and its own threads, so that a slow model delays no other.
 * Runs that nobody waits for any more end without running.
 */
public final class LaneServable implements Servable {
  private final ServableId id;
  private final Servable servable;
  private final Lanes lanes;
  private final int queueCapacity;

  private LaneServable(ServableId id, Servable servable, int laneCount, int queueCapacity) {
    this.id = id;
    this.servable = servable;
    this.queueCapacity = queueCapacity;
    this.lanes =
        new Lanes(
            "lane-" + id.model() + "-" + id.version(), laneCount, queueCapacity, this::runOnLane);
  }

  /**
   * Returns a decorator that gives every servable its own lanes.
   *
   * @param laneCount the largest number of threads for one servable
   * @param queueCapacity how many runs may wait for one servable; more are refused as UNAVAILABLE
   */
  public static ServableDecorator decorator(int laneCount, int queueCapacity) {
    return (ModelVersion version, Servable servable) ->
        new LaneServable(version.id(), servable, laneCount, queueCapacity);
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
    if (!lanes.offer(request, completion)) {
      completion.failed(
          new ServingException(
              Code.UNAVAILABLE,
              "Servable " + id + " is overloaded: " + queueCapacity + " requests wait already"));
    }
  }

  private void runOnLane(RunRequest request, Completion completion) {
    if (request.isAbandoned()) {
      completion.failed(
          new ServingException(
              Code.DEADLINE_EXCEEDED,
              "The request's deadline passed while it waited for servable " + id));
      return;
    }
    servable.run(request, completion);
  }

  @Override
  public void close() {
    lanes.close();
    servable.close();
  }
}
