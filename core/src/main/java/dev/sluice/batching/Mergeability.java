package dev.sluice.batching;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether requests of one signature may share runs: ruled out from the start, or found out by a
 * {@linkplain RowTrial trial} with the first request. Until that has an outcome they run alone.
 * Thread-safe.
 */
final class Mergeability {
  /*
   *   UNTRIED -> TRYING     one thread, by compare-and-set
   *   TRYING  -> MERGES | ALONE
   *   TRYING  -> UNTRIED    the trial told nothing; MAX_TRIALS times at most, then ALONE
   *   TRYING  -> UNTRIED    there was none; as often as it takes, or a client with bad requests
   *                         could rule out that those of others share runs
   */
  private enum State {
    UNTRIED,
    TRYING,
    MERGES,
    ALONE
  }

  private static final int MAX_TRIALS = 8;

  private final AtomicReference<State> state;

  /** Written by the one thread that tries. */
  private int trials;

  /** Creates the state of a signature that has not been tried, or that must not be. */
  Mergeability(boolean possible) {
    state = new AtomicReference<>(possible ? State.UNTRIED : State.ALONE);
  }

  /** Returns true if requests may share runs. */
  boolean merges() {
    return state.getOpaque() == State.MERGES;
  }

  /** Returns true if requests will never share runs. */
  boolean isRuledOut() {
    return state.getOpaque() == State.ALONE;
  }

  /**
   * Returns true if a trial is to be made. A snapshot; {@link #beginTrial} decides who makes it.
   */
  boolean isUntried() {
    return state.getOpaque() == State.UNTRIED;
  }

  /** Returns true if the caller is to make the trial, and to tell its outcome. */
  boolean beginTrial() {
    return isUntried() && state.compareAndSet(State.UNTRIED, State.TRYING);
  }

  /** The trial of the caller has ended. */
  void endTrial(RowTrial.Outcome outcome) {
    state.set(
        switch (outcome) {
          case RowTrial.Outcome.Independent() -> State.MERGES;
          case RowTrial.Outcome.Dependent(String _) -> State.ALONE;
          case RowTrial.Outcome.Unknown(String _) ->
              ++trials < MAX_TRIALS ? State.UNTRIED : State.ALONE;
          case RowTrial.Outcome.NotMade() -> State.UNTRIED;
        });
  }
}
