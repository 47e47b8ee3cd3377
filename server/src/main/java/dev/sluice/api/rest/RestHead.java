package dev.sluice.api.rest;

import dev.sluice.http.Response;

/**
 * The head of an answer.
 *
 * @param response what many answers have in common
 * @param own header lines of this answer alone, each ended by CR LF; usually empty
 */
public record RestHead(Response response, String own) {
  /** Returns a head with nothing of its own. */
  public static RestHead of(Response response) {
    return new RestHead(response, "");
  }
}
