package dev.sluice.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.oip.rest.OipOperations;
import dev.sluice.api.tfs.RestOperations;
import dev.sluice.auth.AccessTable;
import dev.sluice.auth.Need;
import dev.sluice.auth.Operation;
import dev.sluice.auth.Reach;
import dev.sluice.auth.Scope;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestPathsTest {
  private static final Need ON_MODEL = new Need(Scope.INFER, Reach.NAMED);

  private final RestPaths paths =
      new RestPaths(Set.of("/metrics", "/monitoring/prometheus/metrics"));

  /** As the router has it, whose exact paths win over prefixes. */
  @Test
  void metricsAreMetricsWhereverTheyAre() {
    RestPaths moved = new RestPaths(Set.of("/v1/metrics", "/v2/metrics"));
    for (String path : List.of("/v1/metrics", "/v2/metrics", "/v1/metrics?x=y")) {
      for (String method : List.of("GET", "OPTIONS", "POST")) {
        assertEquals(
            Operation.of(AccessTable.METRICS, ""), moved.of(method, path), method + " " + path);
      }
    }
  }

  @Test
  void everyOperationOfTheApisIsClassified() {
    List<String> operations =
        Stream.concat(RestOperations.all().stream(), OipOperations.all().stream()).toList();
    assertTrue(operations.size() > 20, operations::toString);
    assertEquals(List.of(), unclassified(operations.stream()));
  }

  @Test
  void everyMethodOfTheServicesIsClassified() {
    assertEquals(
        List.of(),
        unclassified(
            Stream.of(
                    PredictionServiceGrpc.getServiceDescriptor(),
                    ModelServiceGrpc.getServiceDescriptor(),
                    GRPCInferenceServiceGrpc.getServiceDescriptor(),
                    HealthGrpc.getServiceDescriptor(),
                    ServerReflectionGrpc.getServiceDescriptor())
                .map(ServiceDescriptor::getMethods)
                .flatMap(methods -> methods.stream())
                .map(MethodDescriptor::getFullMethodName)));
  }

  private static List<String> unclassified(Stream<String> operations) {
    Set<String> known = AccessTable.operations();
    return operations.filter(operation -> !known.contains(operation)).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/models/a:predict, a",
    "POST, /V1/Models/a/versions/3:predict, a",
    "POST, /v1/models/%61%2fb:predict, a/b",
    "POST, /v1/models/a/labels/x:classify, a",
    "GET, /v1/models/a, a",
    "GET, /v1/models/a/metadata, a",
    "GET, /v1/models/a?b, a?b",
    "POST, /v2/models/a/infer, a",
    "POST, /V2/models/%61/versions/1/infer?x=y, a",
    "GET, /v2/models/a, a",
    "GET, /v2/models/a/ready, a",
    "GET, /v2/models/a/stats, a",
    "GET, /v2/models/stats, ''",
  })
  void namesTheModelAsTheApiDoes(String method, String target, String model) {
    assertEquals(new Operation(ON_MODEL, model), paths.of(method, target));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /livez, , SOME",
    "GET, /readyz?verbose, , SOME",
    "GET, /v2/health/ready, , SOME",
    "OPTIONS, /v1/models/a:predict, , SOME",
    "GET, /metrics, METRICS, SOME",
    "GET, /monitoring/prometheus/metrics?x, METRICS, SOME",
    "GET, /v2, INFER, SOME",
    "GET, /v1/nonsense, INFER, SOME",
    "POST, /v2/repository/index, INFER, EVERY",
    "POST, /v2/repository/models/a/load, ADMIN, NAMED",
    "POST, /v2/repository/models/a/unload, ADMIN, NAMED",
    "POST, /v2/systemsharedmemory/region/r/register, ADMIN, EVERY",
    "POST, /prestop, ADMIN, EVERY",
    "GET, /whatever, ADMIN, EVERY",
    "GET, /v1, ADMIN, EVERY",
    "GET, /v2x, ADMIN, EVERY",
    "GET, /console, , SOME",
    "GET, /console/, , SOME",
    "GET, /console/assets/app.js?v=1, , SOME",
    "GET, /console/apis.css, , SOME",
    "GET, /console/api, INFER, EVERY",
    "GET, /console/api/state, INFER, EVERY",
    "GET, /CONSOLE/API/state, INFER, EVERY",
    "GET, /console/x/../api/state, INFER, EVERY",
    "GET, /console//api/state, INFER, EVERY",
    "GET, /console/%61pi/state, INFER, EVERY",
    "POST, /console/api/load, ADMIN, EVERY",
    "POST, /console/, ADMIN, EVERY",
  })
  void needsWhatTheTableSays(String method, String target, Scope scope, Reach reach) {
    assertEquals(new Need(scope, reach), paths.of(method, target).need());
  }
}
