package dev.sluice.admission;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Whether a limiter's two counts, of all and of a client, agree. */
public final class LimiterStress {
  private LimiterStress() {}

  /** One client asks twice where there are two places: it may have one of them. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0, 1", "0, 1, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "One is let in.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Both, or nobody, or the count is wrong.")
  public static class OneClient {
    private final Limiter limiter = new Limiter(2);

    /** Asks. */
    @Actor
    public void first(III_Result result) {
      result.r1 = limiter.tryAcquire("a") ? 1 : 0;
    }

    /** Asks. */
    @Actor
    public void second(III_Result result) {
      result.r2 = limiter.tryAcquire("a") ? 1 : 0;
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result result) {
      result.r3 = limiter.inFlight();
    }
  }

  /** Two clients come and go; nothing of them is left. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "Both were in.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "One was kept out, or something is left.")
  public static class TwoClients {
    private final Limiter limiter = new Limiter(4);

    private int comeAndGo(String client) {
      if (!limiter.tryAcquire(client)) {
        return 0;
      }
      limiter.release(client);
      return 1;
    }

    /** Comes and goes. */
    @Actor
    public void first(III_Result result) {
      result.r1 = comeAndGo("a");
    }

    /** Comes and goes. */
    @Actor
    public void second(III_Result result) {
      result.r2 = comeAndGo("b");
    }

    /** Counts. */
    @Arbiter
    public void count(III_Result result) {
      result.r3 = limiter.inFlight();
    }
  }
}
