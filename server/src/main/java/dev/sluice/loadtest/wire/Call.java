package dev.sluice.loadtest.wire;

/** One request on its way. */
public interface Call {
  /** Returns which of the wire's messages is to be sent. */
  int message();

  /** Returns when the request was to be sent, by the wire's clock; deadlines count from here. */
  long intendedNanos();

  /**
   * Takes the end of the call, exactly once, on the event loop.
   *
   * @param answer valid during this call only; empty unless the outcome is OK and the wire keeps
   *     answers
   */
  void ended(Outcome outcome, AnswerBytes answer);
}
