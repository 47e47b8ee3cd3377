package dev.sluice.lifecycle;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.TensorAllocator;
import java.time.Duration;
import java.util.Map;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Whether a borrower can ever see a servable that has been freed.
 *
 * <p>"Freed" is a plain field, as native memory is. A borrower reports 0 if it was refused, 1 if it
 * used the servable, 2 if it used a freed one; the unloader 1 once the drain has ended. Two actors
 * each, for jcstress leaves tests out that have more actors than the machine has CPUs.
 */
public final class ServableLeaseStress {
  private static final Duration LONG = Duration.ofSeconds(10);

  private ServableLeaseStress() {}

  /** A borrower, twice, against a drain. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, 1", "1, 0, 1", "1, 1, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "Lent before the drain, or refused.")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "Lent after it was freed or refused, or never drained.")
  public static class BorrowerAndDrain {
    private final Lent lent = new Lent();

    /** Borrows, and borrows again. */
    @Actor
    public void borrower(III_Result result) {
      result.r1 = lent.borrow();
      result.r2 = lent.borrow();
    }

    /** Drains and frees. */
    @Actor
    public void unloader(III_Result result) {
      result.r3 = lent.drainAndFree();
    }
  }

  /** The release of what was lent before, against a drain. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Used, released, drained, freed.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Freed while lent, or never drained.")
  public static class ReleaseAndDrain {
    private final Lent lent = new Lent();
    private final boolean acquired = lent.lease.tryAcquire();

    /** Uses what it holds, and releases it. */
    @Actor
    public void borrower(II_Result result) {
      result.r1 = acquired ? lent.useAndRelease() : 0;
    }

    /** Drains and frees. */
    @Actor
    public void unloader(II_Result result) {
      result.r2 = lent.drainAndFree();
    }
  }

  /** A lease, and what it lends. */
  private static final class Lent {
    private final Freeable servable = new Freeable();
    private final ServableLease lease = new ServableLease(new ServableId("m", 1), servable);

    int borrow() {
      return lease.tryAcquire() ? useAndRelease() : 0;
    }

    int useAndRelease() {
      int seen = servable.freed ? 2 : 1;
      lease.release();
      return seen;
    }

    int drainAndFree() {
      try {
        if (lease.drain(LONG)) {
          servable.freed = true;
          return 1;
        }
      } catch (InterruptedException e) {
        // Leaves 0, which is forbidden: nobody interrupts an actor.
        Thread.currentThread().interrupt();
      }
      return 0;
    }
  }

  /** Nothing but a flag; nobody runs it. */
  private static final class Freeable implements Servable {
    private boolean freed;

    @Override
    public Map<String, Signature> signatures() {
      return Map.of();
    }

    @Override
    public TensorAllocator allocator() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void run(RunRequest request, Completion completion) {
      throw new UnsupportedOperationException();
    }
  }
}
