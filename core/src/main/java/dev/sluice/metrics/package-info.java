/**
 * Counters, gauges and histograms, the registries that list them, and the pages that scrapers read:
 * the one of TensorFlow Serving's users (metrics.md), and {@link dev.sluice.metrics.Exposition} in
 * the forms of today.
 *
 * <p>{@link dev.sluice.metrics.ServingMetrics} is the catalogue of what this server measures;
 * {@link dev.sluice.metrics.RequestMeter} and {@link dev.sluice.metrics.VersionMetrics} are what a
 * request touches. Recording takes no lock and allocates nothing once a label value has been seen;
 * any thread may record and read. A page is no snapshot: samples that arrive while it is written
 * may be in one line and not yet in another.
 */
@NullMarked
package dev.sluice.metrics;

import org.jspecify.annotations.NullMarked;
