package dev.sluice.api.tfs.json;

import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;

/**
 * Converts the values of a predict request to tensors (rest.md §4).
 *
 * <p>Conversion first assumes that all is well, and writes numbers from the body's bytes straight
 * to tensor memory. Only if it stumbles does a second, slower pass find out which of the
 * reference's errors applies.
 */
public final class PredictInputs {
  private PredictInputs() {}

  /**
   * Fills every input of a signature.
   *
   * <p>If the first instance of several inputs is a base64 object, the reference reads all
   * instances as values of one input; the others then stay without a tensor, for the caller to
   * refuse.
   *
   * <p>An input whose model declares no type gets that of its values.
   *
   * @return the form of the request
   * @throws ServingException INVALID_ARGUMENT, or UNIMPLEMENTED for a type that JSON cannot hold;
   *     the sink may have been asked for tensors before
   */
  public static JsonFormat fill(JsonBody body, Signature signature, InputSink sink)
      throws ServingException {
    if (signature.inputs().isEmpty()) {
      String name = body.signatureName();
      throw ServingException.invalidArgument(
          "Failed to get input map for signature: " + (name.isEmpty() ? "DEFAULT" : name));
    }
    Signature typed = ValueTypes.complete(signature, body);
    if (body.instances() >= 0) {
      if (body.inputs() >= 0) {
        throw body.error(
            "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ");
      }
      new RowInputs(body, typed, sink).fill();
      return JsonFormat.ROW;
    }
    if (body.inputs() >= 0) {
      new ColumnarInputs(body, typed, sink).fill();
      return JsonFormat.COLUMNAR;
    }
    throw ServingException.invalidArgument("Missing 'inputs' or 'instances' key");
  }
}
