package dev.sluice.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Caller;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServingException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever becomes of the event loop's part, the lanes do the rest. */
@Timeout(20)
final class LoopWorkTest {
  private static final int TASKS = 5;
  private static final int FIRST = -1;

  private final Set<Integer> ran = Collections.synchronizedSet(new HashSet<>());
  private final Queue<Runnable> turn = new ArrayDeque<>();
  private final Lanes<Integer> lanes = new Lanes<>("test", 1, new Numbers(), this::newLane);
  private Thread lane = Thread.currentThread();
  private @Nullable RuntimeException refusal;
  private boolean takesNext = true;

  private final Turns turns =
      new Turns() {
        @Override
        public void executeAtEnd(Runnable task) {
          RuntimeException wanted = refusal;
          if (wanted != null) {
            throw wanted;
          }
          turn.add(task);
        }

        @Override
        public boolean executeInNext(Runnable task) {
          return takesNext && turn.add(task);
        }

        @Override
        public long arrived() {
          return 0;
        }
      };

  /** May do one task before it reads again: the clock stands at the end of its time after that. */
  private final LoopWork work = new LoopWork(lanes, turns, 1, () -> ran.size());

  private Thread newLane(Runnable work) {
    lane = Thread.ofPlatform().unstarted(work);
    return lane;
  }

  /** Offers without waking the lane, which sleeps. */
  private void offer() {
    assertNull(lanes.offer(new ArrayDeque<>(Set.of(FIRST)), true));
    await(() -> ran.contains(FIRST) && lane.getState() == Thread.State.WAITING);
    ArrayDeque<Integer> tasks = new ArrayDeque<>();
    for (int i = 0; i < TASKS; i++) {
      tasks.add(i);
    }
    assertNull(lanes.offer(tasks, false));
  }

  /** Without a close, which would wake the lanes itself. */
  private void awaitAll() {
    await(() -> ran.size() == 1 + TASKS);
    lanes.close();
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      assertFalse(Thread.interrupted(), "the time is up");
      Thread.onSpinWait();
    }
  }

  @Test
  void goesOnTurnByTurn() {
    offer();
    work.doAtEnd();
    work.doAtEnd();
    assertEquals(1, turn.size(), "once in a turn");
    while (!turn.isEmpty()) {
      turn.remove().run();
    }
    assertEquals(Thread.State.WAITING, lane.getState(), "woken for nothing");
    lanes.close();
    assertEquals(1 + TASKS, ran.size());
  }

  @Test
  void theLanesDoWhatNoNextTurnTakes() {
    takesNext = false;
    offer();
    work.doNow();
    awaitAll();
  }

  @Test
  void theLanesDoWhatTheEndOfTheTurnDoesNotTake() {
    offer();
    refusal = new IllegalStateException("as the test wants it");
    assertThrows(IllegalStateException.class, work::doAtEnd);
    awaitAll();
    refusal = null;
    work.doAtEnd();
    assertTrue(turn.size() == 1, "the next turn is none of that");
  }

  /** One at a time, each of which is short. */
  private final class Numbers implements Lanes.Backlog<Integer> {
    private final ArrayDeque<Integer> waiting = new ArrayDeque<>();

    @Override
    public @Nullable ServingException add(Integer number) {
      waiting.add(number);
      return null;
    }

    @Override
    public @Nullable ServingException overload(Caller caller, long waitedNanos) {
      return null;
    }

    @Override
    public int size() {
      return waiting.size();
    }

    @Override
    public Lanes.Work take() {
      int number = waiting.remove();
      return onLane -> ran.add(number);
    }

    @Override
    public Lanes.@Nullable Work takeWithin(long nanos) {
      return hasWithin(nanos) ? take() : null;
    }

    @Override
    public boolean hasWithin(long nanos) {
      return nanos > 0;
    }

    @Override
    public void done(Lanes.Work work) {}

    @Override
    public List<RunUnderWay> underWay() {
      return List.of();
    }
  }
}
