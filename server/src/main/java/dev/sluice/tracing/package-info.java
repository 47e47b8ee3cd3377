/**
 * Traces of requests, by OpenTelemetry.
 *
 * <p>{@link dev.sluice.tracing.Tracing} is told of requests. It decides at a request's beginning
 * whether it is traced, and makes its spans at the end, from the times that were taken anyway; a
 * request that is not traced costs the decision and no object. Spans wait, in a bounded queue, for
 * a thread of the SDK that sends them: a collector that is slow, hangs or is away costs spans,
 * which are counted, and no request anything.
 */
@NullMarked
package dev.sluice.tracing;

import org.jspecify.annotations.NullMarked;
