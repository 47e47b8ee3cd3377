package dev.sluice.http;

import dev.sluice.admission.ByteBudget;
import java.time.Duration;

/**
 * What clients may cost a listener, and how long it waits for whom.
 *
 * @param bodies what large bodies may hold from their arrival until they are decoded, in bytes
 * @param requestPatience how long a request that has begun may make no headway
 * @param answerPatience how long a client may take nothing of an answer
 * @param closePatience how long a close waits for event loops
 * @param headerBytes of a request's line, and of its headers together
 * @param bodyBytes of a request's body, as it is sent
 */
public record HttpLimits(
    ByteBudget bodies,
    Duration requestPatience,
    Duration answerPatience,
    Duration closePatience,
    int headerBytes,
    long bodyBytes) {
  private static final int HEADER_BYTES = 64 << 10;

  /** Creates limits with the usual one of headers, and none of a single body. */
  public HttpLimits(
      ByteBudget bodies,
      Duration requestPatience,
      Duration answerPatience,
      Duration closePatience) {
    this(bodies, requestPatience, answerPatience, closePatience, HEADER_BYTES, Long.MAX_VALUE);
  }
}
