package dev.sluice.api.oip.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.grpc.GrpcInference;
import dev.sluice.api.grpc.ServiceDefinitions;
import dev.sluice.api.grpc.UnaryMethod;
import dev.sluice.api.oip.ModelCatalog;
import dev.sluice.api.oip.ModelControl;
import dev.sluice.api.oip.ModelStatistics;
import dev.sluice.api.oip.ServerHealth;
import dev.sluice.api.oip.ServerMetadata;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.oip.wire.ModelInferAnswer;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.predict.Predictor;
import dev.sluice.protos.inference.CudaSharedMemoryRegisterRequest;
import dev.sluice.protos.inference.CudaSharedMemoryStatusRequest;
import dev.sluice.protos.inference.CudaSharedMemoryUnregisterRequest;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.LogSettingsRequest;
import dev.sluice.protos.inference.ModelConfigRequest;
import dev.sluice.protos.inference.ModelMetadataRequest;
import dev.sluice.protos.inference.ModelReadyRequest;
import dev.sluice.protos.inference.ModelStatisticsRequest;
import dev.sluice.protos.inference.RepositoryIndexRequest;
import dev.sluice.protos.inference.RepositoryModelLoadRequest;
import dev.sluice.protos.inference.RepositoryModelUnloadRequest;
import dev.sluice.protos.inference.ServerLiveRequest;
import dev.sluice.protos.inference.ServerLiveResponse;
import dev.sluice.protos.inference.ServerMetadataRequest;
import dev.sluice.protos.inference.ServerReadyRequest;
import dev.sluice.protos.inference.ServerReadyResponse;
import dev.sluice.protos.inference.SystemSharedMemoryRegisterRequest;
import dev.sluice.protos.inference.SystemSharedMemoryStatusRequest;
import dev.sluice.protos.inference.SystemSharedMemoryUnregisterRequest;
import dev.sluice.protos.inference.TraceSettingRequest;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.telemetry.Telemetry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.List;

/** {@code inference.GRPCInferenceService}, for a listener to register. */
public final class InferenceService {
  private InferenceService() {}

  /**
   * What the service needs.
   *
   * @param health of the server
   * @param threads where requests are decoded and run
   * @param largestInline requests of more bytes than this are decoded on a worker
   * @param telemetry who sees the requests
   */
  public record Parts(
      ServerMetadata server,
      ServerHealth health,
      Predictor predictor,
      ModelCatalog models,
      ModelControl control,
      SharedMemory regions,
      RequestThreads threads,
      int largestInline,
      Telemetry telemetry) {}

  /** Returns the service. */
  public static ServerServiceDefinition create(Parts parts) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    methods.addAll(inference(parts));
    methods.addAll(metadata(parts));
    methods.addAll(repository(parts.control()));
    methods.addAll(sharedMemory(parts.regions()));
    methods.addAll(missing());
    return ServiceDefinitions.of(GRPCInferenceServiceGrpc.getServiceDescriptor(), methods);
  }

  private static List<ServerMethodDefinition<?, ?>> inference(Parts parts) {
    GrpcInference<InferRequest, ModelInferAnswer> inference =
        new GrpcInference<>(
            new ModelInfer(parts.predictor(), parts.regions()),
            parts.telemetry().requests(Api.INFER, Entrypoint.GRPC),
            parts.threads(),
            parts.largestInline());
    return List.of(
        inference.definition(
            GRPCInferenceServiceGrpc.getModelInferMethod(), ModelInfer.responses()),
        inference.streamDefinition(
            GRPCInferenceServiceGrpc.getModelStreamInferMethod(), new ModelStreamInfer()));
  }

  private static List<ServerMethodDefinition<?, ?>> metadata(Parts parts) {
    MetadataMethods metadata = new MetadataMethods(parts.server(), parts.models());
    return List.of(
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getServerLiveMethod(),
            ServerLiveRequest.parser(),
            request -> ServerLiveResponse.newBuilder().setLive(parts.health().isLive()).build()),
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getServerReadyMethod(),
            ServerReadyRequest.parser(),
            request -> ServerReadyResponse.newBuilder().setReady(parts.health().isReady()).build()),
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getServerMetadataMethod(),
            ServerMetadataRequest.parser(),
            request -> metadata.server()),
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getModelReadyMethod(),
            ModelReadyRequest.parser(),
            ModelReadyRequest::getName,
            metadata::ready),
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getModelMetadataMethod(),
            ModelMetadataRequest.parser(),
            ModelMetadataRequest::getName,
            metadata::metadata),
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getModelConfigMethod(),
            ModelConfigRequest.parser(),
            ModelConfigRequest::getName,
            metadata::config),
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getRepositoryIndexMethod(),
            RepositoryIndexRequest.parser(),
            metadata::index),
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getModelStatisticsMethod(),
            ModelStatisticsRequest.parser(),
            ModelStatisticsRequest::getName,
            new StatisticsMethod(
                    new ModelStatistics(parts.telemetry().metrics().inference(), parts.models()))
                ::answer));
  }

  private static List<ServerMethodDefinition<?, ?>> repository(ModelControl control) {
    RepositoryMethods methods = new RepositoryMethods(control);
    return List.of(
        UnaryMethod.blocking(
            GRPCInferenceServiceGrpc.getRepositoryModelLoadMethod(),
            RepositoryModelLoadRequest.parser(),
            RepositoryModelLoadRequest::getModelName,
            methods::load),
        UnaryMethod.blocking(
            GRPCInferenceServiceGrpc.getRepositoryModelUnloadMethod(),
            RepositoryModelUnloadRequest.parser(),
            RepositoryModelUnloadRequest::getModelName,
            methods::unload));
  }

  private static List<ServerMethodDefinition<?, ?>> sharedMemory(SharedMemory regions) {
    SharedMemoryMethods methods = new SharedMemoryMethods(regions);
    return List.of(
        UnaryMethod.of(
            GRPCInferenceServiceGrpc.getSystemSharedMemoryStatusMethod(),
            SystemSharedMemoryStatusRequest.parser(),
            methods::status),
        UnaryMethod.blocking(
            GRPCInferenceServiceGrpc.getSystemSharedMemoryRegisterMethod(),
            SystemSharedMemoryRegisterRequest.parser(),
            methods::register),
        UnaryMethod.blocking(
            GRPCInferenceServiceGrpc.getSystemSharedMemoryUnregisterMethod(),
            SystemSharedMemoryUnregisterRequest.parser(),
            methods::unregister));
  }

  /** What Triton has and this server has not, so that clients are told why. */
  private static List<ServerMethodDefinition<?, ?>> missing() {
    String noCuda =
        "Memory of a GPU cannot be shared with this server; shared memory of the system"
            + " (SystemSharedMemoryRegister) can";
    return List.of(
        unimplemented(
            GRPCInferenceServiceGrpc.getCudaSharedMemoryStatusMethod(),
            CudaSharedMemoryStatusRequest.parser(),
            noCuda),
        unimplemented(
            GRPCInferenceServiceGrpc.getCudaSharedMemoryRegisterMethod(),
            CudaSharedMemoryRegisterRequest.parser(),
            noCuda),
        unimplemented(
            GRPCInferenceServiceGrpc.getCudaSharedMemoryUnregisterMethod(),
            CudaSharedMemoryUnregisterRequest.parser(),
            noCuda),
        unimplemented(
            GRPCInferenceServiceGrpc.getTraceSettingMethod(),
            TraceSettingRequest.parser(),
            "What this server traces cannot be changed while it runs"),
        unimplemented(
            GRPCInferenceServiceGrpc.getLogSettingsMethod(),
            LogSettingsRequest.parser(),
            "What this server logs cannot be changed while it runs"));
  }

  private static <Q extends MessageLite, P extends MessageLite>
      ServerMethodDefinition<?, ?> unimplemented(
          MethodDescriptor<Q, P> generated, Parser<Q> parser, String why) {
    return UnaryMethod.of(
        generated,
        parser,
        request -> {
          throw new ServingException(Code.UNIMPLEMENTED, why);
        });
  }
}
