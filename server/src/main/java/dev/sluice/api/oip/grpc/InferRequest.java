package dev.sluice.api.oip.grpc;

import dev.sluice.api.oip.OutputPlan;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.wire.ModelInferRequestHead;
import dev.sluice.servable.ServingException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One ModelInferRequest, and how it is to be answered; filled in step by step. */
final class InferRequest {
  private static final String BINARY_DATA_OUTPUT = "binary_data_output";
  private static final String FINAL_RESPONSE = "triton_enable_empty_final_response";

  private final ModelInferRequestHead head;
  private @Nullable OutputPlan plan;
  private boolean typed;
  private boolean finalResponse;

  InferRequest(ModelInferRequestHead head) {
    this.head = head;
  }

  /** Returns what was sent; its values are there until the message is closed. */
  ModelInferRequestHead head() {
    return head;
  }

  /**
   * Notes how the answer shall be: in typed lists if the values came so, as other servers of the
   * protocol do it, and raw otherwise, as Triton does, unless a parameter says which.
   */
  void plan(OutputPlan outputs, Parameters parameters) throws ServingException {
    plan = outputs;
    typed =
        parameters.has(BINARY_DATA_OUTPUT)
            ? !parameters.flag(BINARY_DATA_OUTPUT)
            : head.hasTypedInputs();
    finalResponse = parameters.flag(FINAL_RESPONSE);
  }

  /** Returns what becomes of the outputs; of a request that has been decoded. */
  OutputPlan plan() {
    return Objects.requireNonNull(plan);
  }

  boolean typed() {
    return typed;
  }

  boolean finalResponse() {
    return finalResponse;
  }
}
