package dev.sluice.loadtest;

import dev.sluice.loadtest.wire.AnswerBytes;
import dev.sluice.loadtest.wire.Call;
import dev.sluice.loadtest.wire.Outcome;

/** One request of an event loop. */
record LoadCall(LoadLoop loop, int message, long intendedNanos) implements Call {
  @Override
  public void ended(Outcome outcome, AnswerBytes answer) {
    loop.ended(this, outcome, answer);
  }
}
