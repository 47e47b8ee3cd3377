package dev.sluice.batching;

import dev.sluice.engine.EngineThreads;
import dev.sluice.servable.ServableId;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/**
 * How a servable gets its lanes.
 *
 * @param lanes the largest number of threads
 * @param queue what may wait; more is refused as UNAVAILABLE
 * @param merges true if requests may share runs
 * @param mostRows how many rows those may have together; a single request may have more
 * @param oneCore true if there is but one core, so that the one lane cannot run beside an event
 *     loop
 * @param weight what share of a core the lanes have beside those of other servables that want it
 *     too, in comparison with theirs; see {@link EngineThreads#newLane}
 * @param objective within what time answers are wanted; zero if nothing is said
 * @param turns of the event loops that requests come from
 * @param expired is told of each request that ended in the queue, because its deadline passed or
 *     its client left; on a lane, so it must not block
 * @param shared is told of each run of requests that may share runs, and of its rows; on the thread
 *     that ran, so it must not block
 */
public record LaneOptions(
    int lanes,
    QueueLimits queue,
    boolean merges,
    int mostRows,
    boolean oneCore,
    double weight,
    Duration objective,
    Turns turns,
    Consumer<ServableId> expired,
    ObjLongConsumer<ServableId> shared) {
  public LaneOptions {
    if (oneCore && lanes != 1) {
      throw new IllegalArgumentException("expected one lane on one core, found " + lanes);
    }
    if (!(weight >= EngineThreads.LEAST_WEIGHT && weight <= EngineThreads.MOST_WEIGHT)) {
      throw new IllegalArgumentException(
          "expected a weight from %s to %s, found %s"
              .formatted(EngineThreads.LEAST_WEIGHT, EngineThreads.MOST_WEIGHT, weight));
    }
    if (lanes < 1 || mostRows < 1 || objective.isNegative()) {
      throw new IllegalArgumentException(
          "expected at least one lane and row and an objective of 0 or more, found %d, %d, %s"
              .formatted(lanes, mostRows, objective));
    }
  }

  /**
   * Creates options without a bound on the rows of a run, and with the weight that most have.
   *
   * @param queueCapacity how many requests may wait, for however long
   */
  public LaneOptions(
      int lanes,
      int queueCapacity,
      boolean merges,
      boolean oneCore,
      Duration objective,
      Turns turns,
      Consumer<ServableId> expired,
      ObjLongConsumer<ServableId> shared) {
    this(
        lanes,
        QueueLimits.of(queueCapacity),
        merges,
        Integer.MAX_VALUE,
        oneCore,
        1,
        objective,
        turns,
        expired,
        shared);
  }
}
