package dev.sluice.api.rest;

import dev.sluice.api.RequestThreads;
import dev.sluice.http.Exchange;
import dev.sluice.predict.Predictor;
import dev.sluice.servable.ServingException;
import dev.sluice.telemetry.RequestObserver;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Runs models for one REST API. Thread-safe. */
public final class RestInference {
  private final Predictor predictor;
  private final RequestThreads threads;
  private final Duration timeout;
  private final RestFailures failures;

  /**
   * Creates the part of an API that runs models.
   *
   * @param threads where requests are decoded and run
   * @param timeout how long a request may take; zero or negative for ever
   * @param failures how the API says what went wrong
   */
  public RestInference(
      Predictor predictor, RequestThreads threads, Duration timeout, RestFailures failures) {
    this.predictor = predictor;
    this.threads = threads;
    this.timeout = timeout;
    this.failures = failures;
  }

  /**
   * Runs a model and answers, now or later; on the exchange's event loop. How long the client
   * waits, by its headers, counts where the server itself would wait longer.
   *
   * @param observer sees the request
   * @param expansion makes the body's bytes of what was sent, or null if they are sent as they are
   */
  public void serve(
      Exchange exchange,
      RestTarget target,
      RestRequest<?> request,
      RequestObserver observer,
      @Nullable Expansion expansion) {
    long patience;
    try {
      patience = TimeoutHeaders.nanos(exchange);
    } catch (ServingException bad) {
      new RestExchange<>(this, exchange, target, request, observer, expansion, Long.MAX_VALUE)
          .refuse(bad);
      return;
    }
    new RestExchange<>(this, exchange, target, request, observer, expansion, patience).start();
  }

  Predictor predictor() {
    return predictor;
  }

  RequestThreads threads() {
    return threads;
  }

  RestFailures failures() {
    return failures;
  }

  /**
   * Returns when a request is out of time; it and the start are those of System.nanoTime.
   *
   * @param patience how long its client waits; {@link Long#MAX_VALUE} for ever
   */
  long deadline(long start, long patience) {
    long nanos = timeout.isPositive() ? Math.min(timeout.toNanos(), patience) : patience;
    return nanos == Long.MAX_VALUE ? Long.MAX_VALUE : start + nanos;
  }
}
