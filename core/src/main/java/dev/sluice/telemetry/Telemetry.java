package dev.sluice.telemetry;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.RequestMeter;
import dev.sluice.metrics.ServingMetrics;

/**
 * What protocols are given to tell of their requests.
 *
 * @param metrics where requests are counted
 * @param listener who else is told of them
 */
public record Telemetry(ServingMetrics metrics, RequestListener listener) {
  /** Returns one that only counts. */
  public static Telemetry of(ServingMetrics metrics) {
    return new Telemetry(metrics, RequestListener.NONE);
  }

  /** Returns what sees the inference requests of an API at an entry point. */
  public RequestObserver requests(Api api, Entrypoint entrypoint) {
    return new RequestObserver(api, entrypoint, metrics, listener);
  }

  /** Returns the meter of requests that run nothing, of which nobody else is told. */
  public RequestMeter info(Entrypoint entrypoint) {
    return metrics.requests(Api.INFO, entrypoint);
  }
}
