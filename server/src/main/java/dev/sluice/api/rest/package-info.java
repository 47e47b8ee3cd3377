/**
 * Runs of models over REST, whatever the protocol: {@link dev.sluice.api.rest.RestInference} takes
 * a request from the event loop to its one answer, and {@link dev.sluice.api.rest.RestRequest} is
 * what a protocol makes of its bytes.
 *
 * <p>Requests begin on event loops; large and compressed ones go on on workers. Nothing here
 * blocks.
 */
@NullMarked
package dev.sluice.api.rest;

import org.jspecify.annotations.NullMarked;
