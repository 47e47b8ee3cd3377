package dev.sluice.warmup;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.RequestMeter;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictionLog;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs the requests of {@value #FILE} through a servable that has just been loaded; the first that
 * fails makes the load fail. To be the outermost decorator, so that requests take the way that
 * clients' requests take.
 *
 * <p>Thread-safe; runs one request at a time on the loading thread.
 */
public final class Warmup implements ServableDecorator {
  /** Where a version keeps its requests, below its directory. */
  static final String FILE = "assets.extra/tf_serving_warmup_requests";

  /** As in the reference: more would make a load last for ever. */
  static final int MAX_RECORDS = 1000;

  private final int iterations;
  private final ServingMetrics metrics;
  private final Consumer<String> log;

  /**
   * Creates a decorator.
   *
   * @param iterations how often each request is run, at least 1
   * @param metrics takes how long runs and whole files took
   * @param log takes one line for each version that was warmed up
   */
  public Warmup(int iterations, ServingMetrics metrics, Consumer<String> log) {
    if (iterations < 1) {
      throw new IllegalArgumentException("expected at least one iteration, found " + iterations);
    }
    this.iterations = iterations;
    this.metrics = metrics;
    this.log = log;
  }

  @Override
  public Servable decorate(ModelVersion version, Servable servable) throws ServingException {
    Path file = version.path().resolve(FILE);
    if (!Files.exists(file)) {
      return servable;
    }
    long start = System.nanoTime();
    int records = replay(version, file, new Replay(version.id(), servable));
    log.accept(
        "Servable %s is warmed up: %d records, %d ms"
            .formatted(version.id(), records, (System.nanoTime() - start) / 1_000_000));
    return servable;
  }

  private int replay(ModelVersion version, Path file, Replay replay) throws ServingException {
    long start = System.nanoTime();
    int index = 0;
    boolean reading = true;
    try (RecordFile records = RecordFile.open(file)) {
      for (byte[] record = records.next(); record != null; record = records.next()) {
        reading = false;
        if (index == MAX_RECORDS) {
          throw ServingException.invalidArgument(
              "Number of warmup records exceeds the maximum (%d) at %s"
                  .formatted(MAX_RECORDS, file));
        }
        replay(record, replay, "warm-up record " + index + " of " + file);
        index++;
        reading = true;
      }
      metrics.warmedUp(version.path().toString(), "OK", System.nanoTime() - start, index);
      return index;
    } catch (IOException | ServingException e) {
      ServingException failure =
          e instanceof ServingException known
              ? known
              : RecordFile.dataLoss(file + " cannot be read: " + e);
      if (reading) { // what runs say of themselves is measured where they run (metrics.md §3)
        String status = failure.codeAndText();
        metrics.warmedUp(version.path().toString(), status, System.nanoTime() - start, index);
      }
      throw failure;
    }
  }

  private void replay(byte[] record, Replay replay, String place) throws ServingException {
    try {
      PredictionLog logged = WarmupRequests.parse(record);
      List<PredictRequest> requests = WarmupRequests.of(logged, replay.signatures());
      Optional<RequestMeter> meter = meterOf(logged);
      for (int i = 0; i < iterations; i++) {
        for (PredictRequest request : requests) {
          long nanos = replay.run(request);
          meter.ifPresent(each -> each.ran(replay.model(), nanos));
        }
      }
    } catch (MalformedMessageException e) {
      throw ServingException.invalidArgument("Failed to parse warmup record: " + place);
    } catch (ServingException e) {
      throw new ServingException(e.code(), e.text() + " (" + place + ")");
    }
  }

  /** Runs count as those of clients' requests do; a run's time has no entry point. */
  private Optional<RequestMeter> meterOf(PredictionLog logged) {
    return switch (logged.getLogTypeCase()) {
      case PREDICT_LOG -> Optional.of(metrics.requests(Api.PREDICT, Entrypoint.GRPC));
      case CLASSIFY_LOG -> Optional.of(metrics.requests(Api.CLASSIFY, Entrypoint.GRPC));
      case REGRESS_LOG -> Optional.of(metrics.requests(Api.REGRESS, Entrypoint.GRPC));
      case MULTI_INFERENCE_LOG, SESSION_RUN_LOG, PREDICT_STREAMED_LOG, LOGTYPE_NOT_SET ->
          Optional.empty();
    };
  }
}
