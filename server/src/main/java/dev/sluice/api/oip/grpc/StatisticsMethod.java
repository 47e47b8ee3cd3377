package dev.sluice.api.oip.grpc;

import dev.sluice.api.oip.ModelStatistics;
import dev.sluice.metrics.VersionStatistics;
import dev.sluice.protos.inference.InferBatchStatistics;
import dev.sluice.protos.inference.InferStatistics;
import dev.sluice.protos.inference.ModelStatisticsRequest;
import dev.sluice.protos.inference.ModelStatisticsResponse;
import dev.sluice.protos.inference.StatisticDuration;
import dev.sluice.servable.ServingException;

/** {@code ModelStatistics}: what the server has measured, by Triton's names. */
final class StatisticsMethod {
  private final ModelStatistics statistics;

  StatisticsMethod(ModelStatistics statistics) {
    this.statistics = statistics;
  }

  ModelStatisticsResponse answer(ModelStatisticsRequest request) throws ServingException {
    ModelStatisticsResponse.Builder response = ModelStatisticsResponse.newBuilder();
    for (VersionStatistics version : statistics.of(request.getName(), request.getVersion())) {
      response.addModelStats(proto(version));
    }
    return response.build();
  }

  private static dev.sluice.protos.inference.ModelStatistics proto(VersionStatistics version) {
    long answered = version.succeeded().count();
    var model =
        dev.sluice.protos.inference.ModelStatistics.newBuilder()
            .setName(version.model())
            .setVersion(Long.toString(version.version()))
            .setLastInference(version.lastMillis())
            .setInferenceCount(version.rows())
            .setExecutionCount(version.runs())
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(duration(answered, version.succeeded().nanos()))
                    .setFail(duration(version.failed().count(), version.failed().nanos()))
                    .setQueue(duration(answered, version.queueNanos()))
                    .setComputeInfer(duration(answered, version.runNanos())));
    version
        .runsByRows()
        .forEach(
            (rows, runs) ->
                model.addBatchStats(
                    InferBatchStatistics.newBuilder()
                        .setBatchSize(rows)
                        .setComputeInfer(duration(runs.count(), runs.nanos()))));
    return model.build();
  }

  private static StatisticDuration duration(long count, long nanos) {
    return StatisticDuration.newBuilder().setCount(count).setNs(nanos).build();
  }
}
