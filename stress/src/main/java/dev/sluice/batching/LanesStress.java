package dev.sluice.batching;

import dev.sluice.servable.Caller;
import dev.sluice.servable.RunUnderWay;
import dev.sluice.servable.ServingException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * Whether every task that is accepted is in exactly one piece of work, and no other is in any.
 *
 * <p>The lanes' thread is one more than jcstress counts: it takes while the actors offer and close.
 * It is virtual, since jcstress keeps thousands of states at once. An actor reports 1 if its task
 * was accepted, the arbiter how often each was run.
 */
public final class LanesStress {
  private LanesStress() {}

  /** Two threads that offer to one lane; it is closed afterwards. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Both accepted, each run once.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Refused by open lanes, lost, or run twice.")
  public static class TwoOffers {
    private final Ran ran = new Ran();

    /** Offers the first task. */
    @Actor
    public void first(IIII_Result result) {
      result.r1 = ran.offer(0);
    }

    /** Offers the second task. */
    @Actor
    public void second(IIII_Result result) {
      result.r2 = ran.offer(1);
    }

    /** Lets the lane end, and counts. */
    @Arbiter
    public void end(IIII_Result result) {
      ran.lanes.close();
      result.r3 = ran.times[0].get();
      result.r4 = ran.times[1].get();
    }
  }

  /** One that offers and then does a lane's work itself, beside one that offers to the lane. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Both accepted, each run once.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Refused by open lanes, lost, or run twice.")
  public static class WorksItself {
    private final Ran ran = new Ran();

    /** Offers the first task, and runs what it finds. */
    @Actor
    public void works(IIII_Result result) {
      result.r1 = ran.lanes.offer(new ArrayDeque<>(List.of(0)), false) == null ? 1 : 0;
      if (ran.lanes.work(1, () -> 0)) {
        ran.lanes.wake();
      }
    }

    /** Offers the second task. */
    @Actor
    public void offers(IIII_Result result) {
      result.r2 = ran.offer(1);
    }

    /** Lets the lane end, and counts. */
    @Arbiter
    public void end(IIII_Result result) {
      ran.lanes.close();
      result.r3 = ran.times[0].get();
      result.r4 = ran.times[1].get();
    }
  }

  /** Offers, twice, against a close. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, 0, 0", "1, 0, 1, 0", "1, 1, 1, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "Refused from some time on; what was accepted was run once when close returned.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Accepted after a refusal, lost, or run twice.")
  public static class OffersAndClose {
    private final Ran ran = new Ran();

    /** Offers both tasks. */
    @Actor
    public void offers(IIII_Result result) {
      result.r1 = ran.offer(0);
      result.r2 = ran.offer(1);
    }

    /** Closes. */
    @Actor
    public void close() {
      ran.lanes.close();
    }

    /** Counts; nothing is left to wait for. */
    @Arbiter
    public void end(IIII_Result result) {
      result.r3 = ran.times[0].get();
      result.r4 = ran.times[1].get();
    }
  }

  /** A lane, and how often it has run each of two tasks. */
  private static final class Ran {
    private final AtomicInteger[] times = {new AtomicInteger(), new AtomicInteger()};
    private final Lanes<Integer> lanes =
        new Lanes<>("stress", 1, new Plain(times), Thread.ofVirtual()::unstarted);

    int offer(int task) {
      return lanes.offer(new ArrayDeque<>(List.of(task)), true) == null ? 1 : 0;
    }
  }

  /** Takes all that waits; not thread-safe by itself, as the queues of requests are not. */
  private static final class Plain implements Lanes.Backlog<Integer> {
    private final AtomicInteger[] times;
    private final ArrayDeque<Integer> waiting = new ArrayDeque<>();

    Plain(AtomicInteger[] times) {
      this.times = times;
    }

    @Override
    public @Nullable ServingException add(Integer task) {
      waiting.add(task);
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
      Integer[] taken = waiting.toArray(Integer[]::new);
      waiting.clear();
      return onLane -> {
        for (int task : taken) {
          times[task].incrementAndGet();
        }
      };
    }

    @Override
    public Lanes.@Nullable Work takeWithin(long nanos) {
      return nanos > 0 ? take() : null;
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
