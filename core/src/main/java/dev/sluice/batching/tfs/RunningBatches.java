package dev.sluice.batching.tfs;

import dev.sluice.batching.TypicalTime;
import dev.sluice.servable.RunUnderWay;
import java.util.ArrayList;
import java.util.List;

/** The batches of one version that are being run. Whoever calls it holds the pool's lock. */
final class RunningBatches {
  private final List<Running> running = new ArrayList<>();
  private final TypicalTime typical = new TypicalTime();
  private long begun;

  private record Running(Rotation.Turn turn, RunUnderWay watched) {}

  void begun(Rotation.Turn turn) {
    running.add(new Running(turn, new RunUnderWay(begun++, typical.nanos())));
  }

  void ended(Rotation.Turn turn, long now) {
    running.removeIf(each -> each.turn.equals(turn));
    typical.add(now - turn.takenNanos());
  }

  boolean areAny() {
    return !running.isEmpty();
  }

  List<RunUnderWay> underWay() {
    return running.stream().map(Running::watched).toList();
  }
}
