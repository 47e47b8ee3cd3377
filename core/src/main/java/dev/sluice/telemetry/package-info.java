/**
 * The border between the request path and those who measure, trace and log requests.
 *
 * <p>{@link dev.sluice.telemetry.RequestRecord} is what is known of one request at its end, {@link
 * dev.sluice.telemetry.RequestListener} is told of it, and {@link dev.sluice.telemetry.Telemetry}
 * is what protocols are given of all this. Every method is called on the thread that answers, so
 * that nothing here may block.
 */
@NullMarked
package dev.sluice.telemetry;

import org.jspecify.annotations.NullMarked;
