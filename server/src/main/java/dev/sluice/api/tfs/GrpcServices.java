package dev.sluice.api.tfs;

import com.google.protobuf.MessageLite;
import dev.sluice.api.RequestThreads;
import dev.sluice.api.grpc.GrpcInference;
import dev.sluice.api.grpc.GrpcMethod;
import dev.sluice.api.grpc.MessageMarshaller;
import dev.sluice.api.grpc.ServiceDefinitions;
import dev.sluice.api.grpc.UnaryMethod;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.predict.Predictor;
import dev.sluice.protos.serving.GetModelMetadataRequest;
import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.serving.ReloadConfigRequest;
import dev.sluice.telemetry.RequestObserver;
import dev.sluice.telemetry.Telemetry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The gRPC services of TensorFlow Serving's API, for a listener to register.
 *
 * <p>They expect a direct executor: nothing here blocks. Methods not listed answer UNIMPLEMENTED.
 */
public final class GrpcServices {
  private GrpcServices() {}

  /**
   * Returns the services.
   *
   * @param threads where requests are decoded and run
   * @param statuses what the life cycle knows of each model's versions
   * @param reload replaces the models
   * @param telemetry who sees the requests
   * @param values the first value of a metric by its raw name, 0 if it is unknown
   */
  public static List<ServerServiceDefinition> create(
      Predictor predictor,
      ModelStatuses statuses,
      RequestThreads threads,
      PredictOptions options,
      ConfigReload reload,
      Telemetry telemetry,
      ToLongFunction<String> values) {
    Classification classification = new Classification();
    Regression regression = new Regression();
    return List.of(
        service(
            PredictionServiceGrpc.getServiceDescriptor(),
            new GrpcInference<>(
                    new GrpcPredict(predictor, options),
                    telemetry.requests(Api.PREDICT, Entrypoint.GRPC),
                    threads,
                    options.largestInline())
                .definition(PredictionServiceGrpc.getPredictMethod(), GrpcPredict.responses()),
            onExamples(
                new GrpcExamples(predictor, classification, options),
                PredictionServiceGrpc.getClassifyMethod(),
                telemetry.requests(Api.CLASSIFY, Entrypoint.GRPC),
                threads,
                options),
            onExamples(
                new GrpcExamples(predictor, regression, options),
                PredictionServiceGrpc.getRegressMethod(),
                telemetry.requests(Api.REGRESS, Entrypoint.GRPC),
                threads,
                options),
            onExamples(
                new GrpcMultiInference(
                    predictor, List.of(classification, regression), options, telemetry.metrics()),
                PredictionServiceGrpc.getMultiInferenceMethod(),
                telemetry.requests(Api.MULTI, Entrypoint.GRPC),
                threads,
                options),
            UnaryMethod.of(
                PredictionServiceGrpc.getGetModelMetadataMethod(),
                GetModelMetadataRequest.parser(),
                request -> request.getModelSpec().getName(),
                new GetModelMetadata(predictor)::answer)),
        service(
            ModelServiceGrpc.getServiceDescriptor(),
            UnaryMethod.of(
                ModelServiceGrpc.getGetModelStatusMethod(),
                GetModelStatusRequest.parser(),
                request -> request.getModelSpec().getName(),
                new GetModelStatus(statuses)::answer),
            UnaryMethod.blocking(
                ModelServiceGrpc.getHandleReloadConfigRequestMethod(),
                ReloadConfigRequest.parser(),
                new HandleReloadConfig(reload, values)::answer)));
  }

  private static ServerMethodDefinition<?, ?> onExamples(
      GrpcMethod<ExampleRequest, MessageLite> method,
      MethodDescriptor<?, ?> generated,
      RequestObserver observer,
      RequestThreads threads,
      PredictOptions options) {
    return new GrpcInference<>(method, observer, threads, options.largestInline())
        .definition(generated, new MessageMarshaller());
  }

  private static ServerServiceDefinition service(
      ServiceDescriptor generated, ServerMethodDefinition<?, ?>... methods) {
    return ServiceDefinitions.of(generated, List.of(methods));
  }
}
