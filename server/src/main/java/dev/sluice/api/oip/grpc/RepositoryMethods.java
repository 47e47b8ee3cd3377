package dev.sluice.api.oip.grpc;

import dev.sluice.api.oip.InferChecks;
import dev.sluice.api.oip.ModelControl;
import dev.sluice.protos.inference.RepositoryModelLoadRequest;
import dev.sluice.protos.inference.RepositoryModelLoadResponse;
import dev.sluice.protos.inference.RepositoryModelUnloadRequest;
import dev.sluice.protos.inference.RepositoryModelUnloadResponse;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.TreeSet;

/** The methods that load and unload models. They block. */
final class RepositoryMethods {
  private final ModelControl models;

  RepositoryMethods(ModelControl models) {
    this.models = models;
  }

  RepositoryModelLoadResponse load(RepositoryModelLoadRequest request)
      throws ServingException, InterruptedException {
    InferChecks.modelName(request.getModelName());
    if (request.getParametersCount() > 0) {
      throw new ServingException(
          Code.UNIMPLEMENTED,
          "Model %s: expected a load without parameters, for models are read from their directories"
                  .formatted(request.getModelName())
              + " as they are; found "
              + new TreeSet<>(request.getParametersMap().keySet()));
    }
    models.load(request.getModelName());
    return RepositoryModelLoadResponse.getDefaultInstance();
  }

  /** No model depends on another, so that a parameter which asks to unload such asks nothing. */
  RepositoryModelUnloadResponse unload(RepositoryModelUnloadRequest request)
      throws ServingException, InterruptedException {
    InferChecks.modelName(request.getModelName());
    models.unload(request.getModelName());
    return RepositoryModelUnloadResponse.getDefaultInstance();
  }
}
