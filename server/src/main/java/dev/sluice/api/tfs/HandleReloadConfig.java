package dev.sluice.api.tfs;

import dev.sluice.protos.serving.Metric;
import dev.sluice.protos.serving.ReloadConfigRequest;
import dev.sluice.protos.serving.ReloadConfigResponse;
import dev.sluice.protos.serving.StatusProto;
import dev.sluice.servable.ServingException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** {@code ModelService/HandleReloadConfigRequest} (grpc.md §11). Blocks. */
final class HandleReloadConfig {
  private final ConfigReload models;
  private final ToLongFunction<String> metrics;

  /**
   * Creates the method.
   *
   * @param metrics the first value of a metric by its raw name; 0 if it is unknown
   */
  HandleReloadConfig(ConfigReload models, ToLongFunction<String> metrics) {
    this.models = models;
    this.metrics = metrics;
  }

  ReloadConfigResponse answer(ReloadConfigRequest request)
      throws ServingException, InterruptedException {
    if (!request.getConfig().hasModelConfigList()) {
      throw ServingException.invalidArgument(
          "ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList"
              + " is currently supported");
    }
    SortedMap<String, Long> before = new TreeMap<>();
    request
        .getMetricNamesList()
        .forEach(name -> before.computeIfAbsent(name, metrics::applyAsLong));
    models.reload(request.getConfig());
    ReloadConfigResponse.Builder response =
        ReloadConfigResponse.newBuilder().setStatus(StatusProto.getDefaultInstance());
    before.forEach(
        (name, value) ->
            response.addMetric(
                Metric.newBuilder()
                    .setName(name)
                    .setInt64ValueIncrease(metrics.applyAsLong(name) - value)));
    return response.build();
  }
}
