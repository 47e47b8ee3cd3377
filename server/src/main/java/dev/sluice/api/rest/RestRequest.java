package dev.sluice.api.rest;

import dev.sluice.api.json.JsonSink;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;

/**
 * One request to run a model over REST, as its exchange sees it: the steps of its protocol and
 * verb, in their order. Used by one thread at a time; a request that turns out to be large begins
 * again on another.
 *
 * @param <B> what the protocol makes of a body's bytes
 */
public interface RestRequest<B> {
  /**
   * Reads what can be read before the model is known.
   *
   * @param bytes hold the body from their beginning on, and may be longer
   */
  B read(byte[] bytes, int length) throws ServingException;

  /**
   * Returns how long the request may take by its own word, from its arrival on, in nanoseconds;
   * {@link Long#MAX_VALUE} if it says nothing.
   */
  default long timeoutNanos(B body) {
    return Long.MAX_VALUE;
  }

  /** Selects what to run and gives it its inputs; the body is not to be used after. */
  void fill(Call call, B body) throws ServingException;

  /**
   * Appends the answer's body; the tensors are valid only until this returns.
   *
   * @return the answer's head
   */
  RestHead write(JsonSink sink, Call finished, Tensor[] outputs) throws ServingException;
}
