package dev.sluice.api.grpc;

import dev.sluice.servable.ServingException;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a request has to do with its client. The client is told its end: one of the two, once; none
 * if it was cancelled in time. Called by any thread.
 *
 * @param <H> what the method reads of a request
 * @param <P> the response
 */
interface Reply<H, P> {
  /** Returns the value of a header whose name has lower case, or null. */
  @Nullable String header(String name);

  /** Returns the client's address as text; empty if it is unknown. */
  String client();

  /** Returns the name of the client that shares the models' time; empty if nobody said. */
  String clientName();

  /** Refuses a model that the client may not ask for. Called by the thread that decodes. */
  void require(String model) throws ServingException;

  /** Sends the response; its tensors are valid until this returns. */
  void answered(P response);

  /**
   * Tells of a failure.
   *
   * @param head what had been read of the request; null if nothing could be
   */
  void failed(Status status, @Nullable H head);
}
