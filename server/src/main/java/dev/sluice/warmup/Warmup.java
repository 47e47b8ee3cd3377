package dev.sluice.warmup;

import dev.sluice.api.tfs.wire.MalformedMessageException;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableDecorator;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  private final Consumer<String> log;

  /**
   * Creates a decorator.
   *
   * @param iterations how often each request is run, at least 1
   * @param log takes one line for each version that was warmed up
   */
  public Warmup(int iterations, Consumer<String> log) {
    if (iterations < 1) {
      throw new IllegalArgumentException("expected at least one iteration, found " + iterations);
    }
    this.iterations = iterations;
    this.log = log;
  }

  @Override
  public Servable decorate(ModelVersion version, Servable servable) throws ServingException {
    Path file = version.path().resolve(FILE);
    if (!Files.exists(file)) {
      return servable;
    }
    long start = System.nanoTime();
    int records = replay(file, new Replay(version.id(), servable));
    log.accept(
        "Servable %s is warmed up: %d records, %d ms"
            .formatted(version.id(), records, (System.nanoTime() - start) / 1_000_000));
    return servable;
  }

  private int replay(Path file, Replay replay) throws ServingException {
    try (RecordFile records = RecordFile.open(file)) {
      int index = 0;
      for (byte[] record = records.next(); record != null; record = records.next()) {
        if (index == MAX_RECORDS) {
          throw ServingException.invalidArgument(
              "Number of warmup records exceeds the maximum (%d) at %s"
                  .formatted(MAX_RECORDS, file));
        }
        replay(record, replay, "warm-up record " + index + " of " + file);
        index++;
      }
      return index;
    } catch (IOException e) {
      throw RecordFile.dataLoss(file + " cannot be read: " + e);
    }
  }

  private void replay(byte[] record, Replay replay, String place) throws ServingException {
    try {
      List<PredictRequest> requests =
          WarmupRequests.of(WarmupRequests.parse(record), replay.signatures());
      for (int i = 0; i < iterations; i++) {
        for (PredictRequest request : requests) {
          replay.run(request);
        }
      }
    } catch (MalformedMessageException e) {
      throw ServingException.invalidArgument("Failed to parse warmup record: " + place);
    } catch (ServingException e) {
      throw new ServingException(e.code(), e.text() + " (" + place + ")");
    }
  }
}
