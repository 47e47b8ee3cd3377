package dev.sluice.api.rest;

import dev.sluice.http.Exchange;
import dev.sluice.servable.ServingException;

/** Answers requests that failed, in a protocol's form. Called by any thread. */
@FunctionalInterface
public interface RestFailures {
  /** Answers; counts nothing. */
  void answer(Exchange exchange, ServingException failure);
}
