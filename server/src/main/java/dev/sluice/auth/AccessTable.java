package dev.sluice.auth;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What every operation of the server needs, by its name: the path or its template for REST, the
 * full name of the method for gRPC. What is not in the table needs scope admin on every model.
 */
public final class AccessTable {
  /** Requests below {@code /v1/} and {@code /v2} that lead nowhere, and what they are told. */
  public static final String NO_ROUTE = "(no route)";

  /** Asks what may be asked; browsers do, without credentials. */
  public static final String OPTIONS = "OPTIONS";

  /** Where metrics are read, whatever the path is called. */
  public static final String METRICS = "/metrics";

  private static final Need ON_MODEL = new Need(Scope.INFER, Reach.NAMED);
  private static final Need ON_SOME_MODEL = new Need(Scope.INFER, Reach.SOME);
  private static final Need ON_EVERY_MODEL = new Need(Scope.INFER, Reach.EVERY);
  private static final Need CHANGES_MODEL = new Need(Scope.ADMIN, Reach.NAMED);
  private static final Need READS_METRICS = new Need(Scope.METRICS, Reach.SOME);

  private static final Map<String, Need> NEEDS = needs();

  private AccessTable() {}

  private static Map<String, Need> needs() {
    Map<String, Need> needs = new HashMap<>();
    server(needs);
    tensorFlowServing(needs);
    openInferenceOverRest(needs);
    openInferenceOverGrpc(needs);
    return Map.copyOf(needs);
  }

  private static void server(Map<String, Need> needs) {
    put(needs, Need.NOTHING, "/livez", "/healthz", "/ping", "/readyz", OPTIONS);
    put(needs, Need.NOTHING, "grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch");
    put(needs, Need.NOTHING, "grpc.health.v1.Health/List");
    put(needs, READS_METRICS, METRICS);
    put(needs, ON_SOME_MODEL, NO_ROUTE);
    put(
        needs,
        ON_SOME_MODEL,
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
    // The console: its files are open, what it shows is not; it changes nothing without admin.
    put(needs, Need.NOTHING, "/console");
    put(needs, ON_EVERY_MODEL, "/console/api");
    put(needs, Need.ADMIN, "/prestop");
  }

  private static void tensorFlowServing(Map<String, Need> needs) {
    put(
        needs,
        ON_MODEL,
        "/v1/models/{model}:predict",
        "/v1/models/{model}:classify",
        "/v1/models/{model}:regress",
        "/v1/models/{model}",
        "/v1/models/{model}/metadata",
        "tensorflow.serving.PredictionService/Predict",
        "tensorflow.serving.PredictionService/Classify",
        "tensorflow.serving.PredictionService/Regress",
        "tensorflow.serving.PredictionService/MultiInference",
        "tensorflow.serving.PredictionService/GetModelMetadata",
        "tensorflow.serving.ModelService/GetModelStatus");
    put(needs, Need.ADMIN, "tensorflow.serving.ModelService/HandleReloadConfigRequest");
  }

  private static void openInferenceOverRest(Map<String, Need> needs) {
    put(needs, Need.NOTHING, "/v2/health/live", "/v2/health/ready");
    put(
        needs,
        ON_MODEL,
        "/v2/models/{name}/infer",
        "/v2/models/{name}",
        "/v2/models/{name}/ready",
        "/v2/models/{name}/config",
        "/v2/models/stats");
    put(needs, ON_SOME_MODEL, "/v2/");
    put(needs, ON_EVERY_MODEL, "/v2/repository/index");
    put(
        needs,
        CHANGES_MODEL,
        "/v2/repository/models/{name}/load",
        "/v2/repository/models/{name}/unload");
    put(
        needs,
        Need.ADMIN,
        "/v2/systemsharedmemory/status",
        "/v2/systemsharedmemory/region/{name}/register",
        "/v2/systemsharedmemory/unregister",
        "/v2/cudasharedmemory/status",
        "/v2/cudasharedmemory/region/{name}/register",
        "/v2/cudasharedmemory/unregister",
        "/v2/trace/setting",
        "/v2/logging");
  }

  private static void openInferenceOverGrpc(Map<String, Need> needs) {
    String service = "inference.GRPCInferenceService/";
    put(needs, Need.NOTHING, service + "ServerLive", service + "ServerReady");
    put(
        needs,
        ON_MODEL,
        service + "ModelInfer",
        service + "ModelStreamInfer",
        service + "ModelReady",
        service + "ModelMetadata",
        service + "ModelConfig",
        service + "ModelStatistics");
    put(needs, ON_SOME_MODEL, service + "ServerMetadata");
    put(needs, ON_EVERY_MODEL, service + "RepositoryIndex");
    put(needs, CHANGES_MODEL, service + "RepositoryModelLoad", service + "RepositoryModelUnload");
    put(
        needs,
        Need.ADMIN,
        service + "SystemSharedMemoryStatus",
        service + "SystemSharedMemoryRegister",
        service + "SystemSharedMemoryUnregister",
        service + "CudaSharedMemoryStatus",
        service + "CudaSharedMemoryRegister",
        service + "CudaSharedMemoryUnregister",
        service + "TraceSetting",
        service + "LogSettings");
  }

  private static void put(Map<String, Need> needs, Need need, String... operations) {
    for (String operation : operations) {
      if (needs.put(operation, need) != null) {
        throw new IllegalStateException(operation + " is classified twice");
      }
    }
  }

  /** Returns what an operation needs; of one that is not in the table, the most there is. */
  public static Need need(String operation) {
    return NEEDS.getOrDefault(operation, Need.ADMIN);
  }

  /** Returns the names of all operations that somebody has thought of. */
  public static Set<String> operations() {
    return NEEDS.keySet();
  }
}
