package dev.sluice.api.oip.grpc;

import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.ModelCatalog;
import dev.sluice.api.oip.ModelMetadata;
import dev.sluice.api.oip.RepositoryEntry;
import dev.sluice.api.oip.ServerMetadata;
import dev.sluice.api.oip.TensorMetadata;
import dev.sluice.protos.inference.DataType;
import dev.sluice.protos.inference.ModelConfig;
import dev.sluice.protos.inference.ModelConfigRequest;
import dev.sluice.protos.inference.ModelConfigResponse;
import dev.sluice.protos.inference.ModelInput;
import dev.sluice.protos.inference.ModelMetadataRequest;
import dev.sluice.protos.inference.ModelMetadataResponse;
import dev.sluice.protos.inference.ModelOutput;
import dev.sluice.protos.inference.ModelReadyRequest;
import dev.sluice.protos.inference.ModelReadyResponse;
import dev.sluice.protos.inference.RepositoryIndexRequest;
import dev.sluice.protos.inference.RepositoryIndexResponse;
import dev.sluice.protos.inference.ServerMetadataResponse;
import dev.sluice.servable.ServingException;

/** The methods that tell of the server and its models; none blocks. */
final class MetadataMethods {
  private final ServerMetadata server;
  private final ModelCatalog models;

  MetadataMethods(ServerMetadata server, ModelCatalog models) {
    this.server = server;
    this.models = models;
  }

  ServerMetadataResponse server() {
    return ServerMetadataResponse.newBuilder()
        .setName(server.name())
        .setVersion(server.version())
        .addAllExtensions(server.extensions())
        .build();
  }

  ModelReadyResponse ready(ModelReadyRequest request) throws ServingException {
    return ModelReadyResponse.newBuilder()
        .setReady(models.isReady(request.getName(), request.getVersion()))
        .build();
  }

  ModelMetadataResponse metadata(ModelMetadataRequest request) throws ServingException {
    ModelMetadata model = models.metadata(request.getName(), request.getVersion(), "");
    ModelMetadataResponse.Builder response =
        ModelMetadataResponse.newBuilder()
            .setName(model.name())
            .addAllVersions(model.versions())
            .setPlatform(model.platform());
    model.inputs().forEach(input -> response.addInputs(proto(input)));
    model.outputs().forEach(output -> response.addOutputs(proto(output)));
    return response.build();
  }

  private static ModelMetadataResponse.TensorMetadata proto(TensorMetadata tensor) {
    return ModelMetadataResponse.TensorMetadata.newBuilder()
        .setName(tensor.name())
        .setDatatype(tensor.datatype())
        .addAllShape(tensor.shape())
        .build();
  }

  ModelConfigResponse config(ModelConfigRequest request) throws ServingException {
    ModelMetadata model = models.metadata(request.getName(), request.getVersion(), "");
    ModelConfig.Builder config =
        ModelConfig.newBuilder()
            .setName(model.name())
            .setPlatform(model.platform())
            .setBackend(model.engine());
    for (TensorMetadata input : model.inputs()) {
      config.addInput(
          ModelInput.newBuilder()
              .setName(input.name())
              .setDataType(type(input.datatype()))
              .addAllDims(input.shape())
              .setOptional(model.optional().contains(input.name())));
    }
    for (TensorMetadata output : model.outputs()) {
      config.addOutput(
          ModelOutput.newBuilder()
              .setName(output.name())
              .setDataType(type(output.datatype()))
              .addAllDims(output.shape()));
    }
    return ModelConfigResponse.newBuilder().setConfig(config).build();
  }

  private static DataType type(String datatype) {
    return switch (Datatype.named(datatype)) {
      case null -> DataType.TYPE_INVALID;
      case BYTES -> DataType.TYPE_STRING;
      case Datatype known -> DataType.valueOf("TYPE_" + known.name());
    };
  }

  RepositoryIndexResponse index(RepositoryIndexRequest request) {
    RepositoryIndexResponse.Builder response = RepositoryIndexResponse.newBuilder();
    for (RepositoryEntry entry : models.index(request.getReady())) {
      response.addModels(
          RepositoryIndexResponse.ModelIndex.newBuilder()
              .setName(entry.name())
              .setVersion(entry.version())
              .setState(entry.state().name())
              .setReason(entry.reason()));
    }
    return response.build();
  }
}
