package dev.sluice.api.tfs;

import dev.sluice.api.tfs.ModelStatuses.VersionStatus;
import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.GetModelStatusResponse;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.ModelVersionStatus;
import dev.sluice.protos.serving.StatusProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.Comparator;
import java.util.List;

/** {@code ModelService/GetModelStatus}: how far each version of a model has come (grpc.md §10). */
final class GetModelStatus {
  private final ModelStatuses statuses;

  GetModelStatus(ModelStatuses statuses) {
    this.statuses = statuses;
  }

  /**
   * Answers a request; labels are ignored, as the reference ignores them.
   *
   * @throws ServingException INVALID_ARGUMENT without a spec, NOT_FOUND without a version
   */
  GetModelStatusResponse answer(GetModelStatusRequest request) throws ServingException {
    if (!request.hasModelSpec()) {
      throw ModelSpecs.missing();
    }
    ModelSpec spec = request.getModelSpec();
    List<VersionStatus> versions = statuses.versions(spec.getName());
    if (spec.hasVersion()) {
      long wanted = spec.getVersion().getValue();
      versions = versions.stream().filter(status -> status.version() == wanted).toList();
      requireSome(versions, "Could not find version " + wanted + " of model " + spec.getName());
    }
    requireSome(versions, "Could not find any versions of model " + spec.getName());
    GetModelStatusResponse.Builder response = GetModelStatusResponse.newBuilder();
    versions.stream()
        .sorted(Comparator.comparingLong(VersionStatus::version).reversed())
        .forEach(status -> response.addModelVersionStatus(proto(status)));
    return response.build();
  }

  private static void requireSome(List<VersionStatus> versions, String otherwise)
      throws ServingException {
    if (versions.isEmpty()) {
      throw new ServingException(Code.NOT_FOUND, otherwise);
    }
  }

  private static ModelVersionStatus proto(VersionStatus status) {
    return ModelVersionStatus.newBuilder()
        .setVersion(status.version())
        .setState(
            switch (status.state()) {
              case UNKNOWN -> ModelVersionStatus.State.UNKNOWN;
              case START -> ModelVersionStatus.State.START;
              case LOADING -> ModelVersionStatus.State.LOADING;
              case AVAILABLE -> ModelVersionStatus.State.AVAILABLE;
              case UNLOADING -> ModelVersionStatus.State.UNLOADING;
              case END -> ModelVersionStatus.State.END;
            })
        .setStatus(
            StatusProto.newBuilder()
                .setErrorCodeValue(status.code().number())
                .setErrorMessage(status.message()))
        .build();
  }
}
