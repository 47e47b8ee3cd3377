package dev.sluice.api.oip;

import dev.sluice.servable.ServingException;

/**
 * Counts the parts of one request while it is read, each before anything is made of it: one of a
 * few bytes takes a hundred in memory, of which no budget of bytes knows. Not thread-safe.
 */
public final class PartCounts {
  /** No model has so many inputs, or outputs. */
  static final int MOST_TENSORS = 10_000;

  /** Of the request and all of its tensors together. */
  static final int MOST_PARAMETERS = 10_000;

  private int inputs;
  private int outputs;
  private int parameters;

  /** Takes account of one more input; INVALID_ARGUMENT if that is too many. */
  public void addInput() throws ServingException {
    requireFewer(inputs++, MOST_TENSORS, "inputs");
  }

  /** Takes account of one more output that is asked for; INVALID_ARGUMENT if that is too many. */
  public void addOutput() throws ServingException {
    requireFewer(outputs++, MOST_TENSORS, "outputs");
  }

  /** Takes account of one more parameter, whosever it is; INVALID_ARGUMENT if that is too many. */
  public void addParameter() throws ServingException {
    requireFewer(parameters++, MOST_PARAMETERS, "parameters");
  }

  private static void requireFewer(int before, int most, String parts) throws ServingException {
    if (before >= most) {
      throw ServingException.invalidArgument(
          "expected at most %d %s in a request, found more".formatted(most, parts));
    }
  }
}
