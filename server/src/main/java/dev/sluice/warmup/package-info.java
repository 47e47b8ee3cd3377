/**
 * Replays a model's recorded requests when it is loaded, so that it is available only once its
 * first, slow runs are over (config.md §9). Entry point: {@link dev.sluice.warmup.Warmup}, a
 * decorator of the load; everything happens on the load's own thread.
 */
@NullMarked
package dev.sluice.warmup;

import org.jspecify.annotations.NullMarked;
