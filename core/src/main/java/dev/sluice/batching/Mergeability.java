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

  /** Returns true if the caller is to make the trial, and to tell its outcome. */
  boolean beginTrial() {
    return state.getOpaque() == State.UNTRIED && state.compareAndSet(State.UNTRIED, State.TRYING);
  }

  /** The trial of the caller has ended. */
  void endTrial(RowTrial.Outcome outcome) {
    trials++;
    state.set(
        switch (outcome) {
          case RowTrial.Outcome.Independent() -> State.MERGES;
          case RowTrial.Outcome.Dependent(String _) -> State.ALONE;
          case RowTrial.Outcome.Unknown(String _) ->
              trials < MAX_TRIALS ? State.UNTRIED : State.ALONE;
        });
  }
}
