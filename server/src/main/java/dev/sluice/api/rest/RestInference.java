package dev.sluice.api.rest;

import dev.sluice.api.RequestThreads;
import dev.sluice.http.Exchange;
import dev.sluice.predict.Predictor;
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
   * Runs a model and answers, now or later; on the exchange's event loop.
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
    new RestExchange<>(this, exchange, target, request, observer, expansion).start();
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

  /** Returns when a request is out of time; it and the start are those of System.nanoTime. */
  long deadline(long start) {
    return timeout.isPositive() ? start + timeout.toNanos() : Long.MAX_VALUE;
  }
}
