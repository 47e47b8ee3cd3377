package dev.sluice.api.tfs;

import dev.sluice.api.tfs.wire.PredictRequestHead;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.predict.Call;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import java.util.Set;

/** Fills a call from a PredictRequest, whoever sent it: a client, or a model's warm-up file. */
public final class PredictRequests {
  private PredictRequests() {}

  /**
   * Selects signature and outputs and decodes the inputs, in the reference's order of checks
   * (grpc.md §5). A call that was not filled must be closed by the caller.
   *
   * @param checkMethodName refuses signatures of other methods than Predict, Classify and Regress
   */
  public static void fill(Call call, PredictRequestHead head, boolean checkMethodName)
      throws ServingException, MalformedMessageException {
    Signature signature = call.select(head.spec().signature());
    if (signature == null) {
      String key =
          head.spec().signature().isEmpty() ? Signature.DEFAULT_KEY : head.spec().signature();
      throw new ServingException(
          Code.FAILED_PRECONDITION, "Serving signature key \"" + key + "\" not found.");
    }
    if (checkMethodName) {
      PredictChecks.method(signature);
    }
    Set<String> given = head.inputs();
    PredictChecks.inputCount(signature, given);
    for (int i = 0; i < signature.inputs().size(); i++) {
      int index = i;
      if (!head.decode(
          index,
          signature.inputs().get(index),
          (dtype, shape, size) -> call.allocateInput(index, dtype, shape, size))) {
        PredictChecks.absentInput(signature, index, given);
      }
    }
    PredictChecks.unknownInputs(signature, given);
    PredictChecks.selectOutputs(call, head.outputFilter());
  }
}
