/**
 * Counters, gauges and histograms, the registry that lists them, and the page that TensorFlow
 * Serving's users scrape (metrics.md).
 *
 * <p>{@link dev.sluice.metrics.ServingMetrics} is the catalogue of what this server measures;
 * {@link dev.sluice.metrics.RequestMeter} is what a request touches. Recording takes no lock and
 * allocates nothing once a label value has been seen; any thread may record and read. A page is no
 * snapshot: samples that arrive while it is written may be in one line and not yet in another.
 */
@NullMarked
package dev.sluice.metrics;

import org.jspecify.annotations.NullMarked;
