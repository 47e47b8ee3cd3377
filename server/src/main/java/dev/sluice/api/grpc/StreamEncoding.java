package dev.sluice.api.grpc;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a stream's messages tell the end of one of its requests. Thread-safe.
 *
 * @param <H> what the method reads of a request
 * @param <P> the response of a lone request
 */
public interface StreamEncoding<H, P> {
  /** Returns the message for a response, in memory of its own. */
  byte[] answer(P response);

  /**
   * Returns the message for a failure.
   *
   * @param head what had been read of the request; null if nothing could be
   */
  byte[] failure(Status status, @Nullable H head);
}
