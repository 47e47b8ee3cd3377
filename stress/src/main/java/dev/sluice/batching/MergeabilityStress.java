package dev.sluice.batching;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Whether a signature is tried by one thread at a time. */
public final class MergeabilityStress {
  private static final RowTrial.Outcome NOTHING = new RowTrial.Outcome.Unknown("nothing");

  private MergeabilityStress() {}

  /** Two that want to try at once; no trial ends. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "One tries.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Both try, or nobody.")
  public static class OneBegins {
    private final Mergeability mergeability = new Mergeability(true);

    /** Wants to try. */
    @Actor
    public void first(II_Result result) {
      result.r1 = mergeability.beginTrial() ? 1 : 0;
    }

    /** Wants to try. */
    @Actor
    public void second(II_Result result) {
      result.r2 = mergeability.beginTrial() ? 1 : 0;
    }
  }

  /** Trials that tell nothing, so that another may follow: never two at once. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0, 1", "0, 1, 1", "1, 1, 2"},
      expect = Expect.ACCEPTABLE,
      desc = "One after the other, each sees what the one before has written.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Two at once.")
  public static class OneAfterTheOther {
    private final Mergeability mergeability = new Mergeability(true);

    /** Plain, as the count of trials is: only whoever tries may touch it. */
    private int trials;

    private int tries() {
      if (!mergeability.beginTrial()) {
        return 0;
      }
      trials++;
      mergeability.endTrial(NOTHING);
      return 1;
    }

    /** Tries. */
    @Actor
    public void first(III_Result result) {
      result.r1 = tries();
    }

    /** Tries. */
    @Actor
    public void second(III_Result result) {
      result.r2 = tries();
    }

    /** Counts the trials. */
    @Arbiter
    public void count(III_Result result) {
      result.r3 = trials;
    }
  }
}
