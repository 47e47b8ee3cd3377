/**
 * The Open Inference Protocol over REST, with Triton's extensions: everything under {@code /v2}.
 *
 * <p>{@link dev.sluice.api.oip.rest.OipRestApi} is the way in. Handlers run on event loops; large
 * bodies are decoded, and models loaded, on workers. What it says of models comes from {@link
 * dev.sluice.api.oip}, which the protocol's gRPC service shares.
 */
@NullMarked
package dev.sluice.api.oip.rest;

import org.jspecify.annotations.NullMarked;
