package dev.sluice.api.oip;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;

/**
 * What a request asks for by parameters of its own.
 *
 * @param signature the key of the signature to run; empty for the default
 * @param timeoutMicros after how long the request is no longer worth running; 0 for never
 */
public record InferOptions(String signature, long timeoutMicros) {
  /** Selects a signature, which the protocol has no word for. */
  public static final String SIGNATURE_NAME = "signature_name";

  private static final String TIMEOUT = "timeout";
  private static final String SEQUENCE_ID = "sequence_id";

  /** A request without parameters. */
  public static final InferOptions NONE = new InferOptions("", 0);

  /**
   * Reads the parameters of a request. A {@code priority} is accepted, and has no effect.
   *
   * @throws ServingException INVALID_ARGUMENT if one has a value of another kind, UNIMPLEMENTED if
   *     the request belongs to a sequence
   */
  public static InferOptions of(Parameters parameters) throws ServingException {
    if (parameters.values().isEmpty()) {
      return NONE;
    }
    refuseSequence(parameters);
    return new InferOptions(parameters.text(SIGNATURE_NAME), parameters.count(TIMEOUT, 0));
  }

  /** A server that took it for a lone request would answer, and wrongly. */
  private static void refuseSequence(Parameters parameters) throws ServingException {
    boolean sequence =
        switch (parameters.values().get(SEQUENCE_ID)) {
          case null -> false;
          case Parameter.Int(long id) -> id != 0;
          case Parameter.Text(String id) -> !id.isEmpty();
          case Parameter _ -> true;
        };
    if (sequence) {
      throw new ServingException(
          Code.UNIMPLEMENTED,
          "Parameter %s of %s: expected none or 0, for no state is kept between requests"
              .formatted(SEQUENCE_ID, parameters.owner()));
    }
  }
}
