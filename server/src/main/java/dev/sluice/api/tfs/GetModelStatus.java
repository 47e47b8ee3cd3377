package dev.sluice.api.tfs;

import dev.sluice.lifecycle.VersionStatus;
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
      versions = versions.stream().filter(status -> status.id().version() == wanted).toList();
      requireSome(versions, "Could not find version " + wanted + " of model " + spec.getName());
    }
    requireSome(versions, "Could not find any versions of model " + spec.getName());
    GetModelStatusResponse.Builder response = GetModelStatusResponse.newBuilder();
    versions.stream()
        .sorted(
            Comparator.comparingLong((VersionStatus status) -> status.id().version()).reversed())
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
        .setVersion(status.id().version())
        .setStateValue(status.state().number())
        .setStatus(
            StatusProto.newBuilder()
                .setErrorCodeValue(status.health().code().number())
                .setErrorMessage(status.health().message()))
        .build();
  }
}
