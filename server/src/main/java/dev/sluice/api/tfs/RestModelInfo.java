package dev.sluice.api.tfs;

import com.google.protobuf.Int64Value;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.nio.charset.StandardCharsets;

/**
 * Answers what a model is: its versions' states and its signatures (rest.md §8). Blocks nowhere.
 */
final class RestModelInfo {
  private final Predictor predictor;
  private final GetModelStatus statuses;

  RestModelInfo(Predictor predictor, ModelStatuses statuses) {
    this.predictor = predictor;
    this.statuses = new GetModelStatus(statuses);
  }

  /** Returns the states of one version, or of all; a label is ignored, as in the reference. */
  byte[] status(RestRoute.Status route) throws ServingException {
    ModelSpec.Builder spec = ModelSpec.newBuilder().setName(route.model());
    if (route.version() instanceof VersionChoice.Specific(long number)) {
      spec.setVersion(Int64Value.of(number));
    }
    GetModelStatusRequest request = GetModelStatusRequest.newBuilder().setModelSpec(spec).build();
    return ProtoJson.print(statuses.answer(request)).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the signatures of an available version. */
  byte[] metadata(RestRoute.Metadata route) throws ServingException {
    ServableLease lease = predictor.acquire(route.model(), route.version());
    try {
      SignatureDefMap signatures =
          SignatureDefMap.parseFrom(GetModelMetadata.signatures(lease.servable()));
      String spec =
          ProtoJson.print(
              ModelSpec.newBuilder()
                  .setName(route.model())
                  .setVersion(Int64Value.of(lease.id().version()))
                  .build());
      String body =
          "{\n\"model_spec\":"
              + spec
              + ",\n\"metadata\": {\"signature_def\": "
              + ProtoJson.print(signatures)
              + "}\n}\n";
      return body.getBytes(StandardCharsets.UTF_8);
    } catch (InvalidProtocolBufferException e) {
      throw new ServingException(
          Code.DATA_LOSS, "The signatures of servable " + lease.id() + " cannot be read: " + e);
    } finally {
      lease.release();
    }
  }
}
