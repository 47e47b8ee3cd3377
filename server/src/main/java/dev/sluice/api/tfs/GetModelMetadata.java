package dev.sluice.api.tfs;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.predict.Predictor;
import dev.sluice.protos.serving.GetModelMetadataRequest;
import dev.sluice.protos.serving.GetModelMetadataResponse;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;

/** {@code PredictionService/GetModelMetadata}: a model's signatures (grpc.md §9). */
final class GetModelMetadata {
  private static final String SIGNATURE_DEF = "signature_def";
  private static final String TYPE_URL = "type.googleapis.com/tensorflow.serving.SignatureDefMap";

  private final Predictor predictor;

  GetModelMetadata(Predictor predictor) {
    this.predictor = predictor;
  }

  /** Answers a request; fields are checked before the model is looked up. */
  GetModelMetadataResponse answer(GetModelMetadataRequest request) throws ServingException {
    if (!request.hasModelSpec()) {
      throw ModelSpecs.missing();
    }
    if (request.getMetadataFieldCount() == 0) {
      throw ServingException.invalidArgument(
          "GetModelMetadataRequest must specify at least one metadata_field");
    }
    for (String field : request.getMetadataFieldList()) {
      if (!field.equals(SIGNATURE_DEF)) {
        throw ServingException.invalidArgument("Metadata field " + field + " is not supported");
      }
    }
    ModelSpec spec = request.getModelSpec();
    ServableLease lease = predictor.acquire(spec.getName(), ModelSpecs.version(spec));
    try {
      return answer(lease);
    } finally {
      lease.release();
    }
  }

  private static GetModelMetadataResponse answer(ServableLease lease) {
    return GetModelMetadataResponse.newBuilder()
        .setModelSpec(
            ModelSpec.newBuilder()
                .setName(lease.id().model())
                .setVersion(Int64Value.of(lease.id().version())))
        .putMetadata(
            SIGNATURE_DEF,
            Any.newBuilder().setTypeUrl(TYPE_URL).setValue(signatures(lease.servable())).build())
        .build();
  }

  /** Returns a serialized SignatureDefMap with all signatures, verbatim where the model has one. */
  static ByteString signatures(Servable servable) {
    byte[] verbatim = servable.metadata().get(SIGNATURE_DEF);
    return verbatim != null
        ? ByteString.copyFrom(verbatim)
        : SignatureDefs.of(servable.signatures()).toByteString();
  }
}
