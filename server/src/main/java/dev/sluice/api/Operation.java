package dev.sluice.api;

import dev.sluice.metrics.Api;
import dev.sluice.telemetry.RequestRecord;

/** What a request asked for, in the words of its protocol, for traces and logs. */
public sealed interface Operation {
  /**
   * A call over gRPC.
   *
   * @param service with its package
   */
  record Grpc(String service, String method) implements Operation {
    /** Returns the name by which such calls are known: service and method. */
    public String fullMethod() {
      return service + "/" + method;
    }
  }

  /**
   * A request over REST, always by POST.
   *
   * @param before what stands before the model in the path
   * @param after what stands behind it
   */
  record Rest(String before, String after) implements Operation {
    /** Returns the path with a place holder for the model, so that there are few of them. */
    public String route() {
      return path("{model}");
    }

    /** Returns the path for a model, without version and label. */
    public String path(String model) {
      return before + model + after;
    }
  }

  /** Returns what a request asked for. */
  static Operation of(RequestRecord request) {
    return switch (request.entrypoint()) {
      case GRPC -> grpc(request.api());
      case REST -> rest(request.api());
    };
  }

  private static Grpc grpc(Api api) {
    return switch (api) {
      case PREDICT -> prediction("Predict");
      case CLASSIFY -> prediction("Classify");
      case REGRESS -> prediction("Regress");
      case MULTI -> prediction("MultiInference");
      case INFER -> new Grpc("inference.GRPCInferenceService", "ModelInfer");
      case INFO -> prediction("GetModelMetadata");
    };
  }

  private static Grpc prediction(String method) {
    return new Grpc("tensorflow.serving.PredictionService", method);
  }

  private static Rest rest(Api api) {
    return switch (api) {
      case PREDICT -> new Rest("/v1/models/", ":predict");
      case CLASSIFY -> new Rest("/v1/models/", ":classify");
      case REGRESS -> new Rest("/v1/models/", ":regress");
      case INFER -> new Rest("/v2/models/", "/infer");
      case MULTI, INFO -> new Rest("/v1/models/", "");
    };
  }
}
