/**
 * The Open Inference Protocol (KServe's version 2) with Triton's extensions: translates, decides
 * nothing. Here is what both of its transports need, names and checks and metadata, and its gRPC
 * service, for which {@link dev.sluice.api.oip.OipService} is the way in; {@code wire} reads and
 * writes its messages where they lie. Everything but what belongs to one request is thread-safe.
 */
@NullMarked
package dev.sluice.api.oip;

import org.jspecify.annotations.NullMarked;
