/**
 * Several requests as one run: {@link dev.sluice.batching.merge.Batch} merges the inputs of {@link
 * dev.sluice.batching.merge.BatchTask tasks}, runs the servable once and splits its outputs. What
 * decides which tasks share a batch, and when it runs, stands in front. A batch is run by one
 * thread; the outputs that it hands out may be closed by any.
 */
@NullMarked
package dev.sluice.batching.merge;

import org.jspecify.annotations.NullMarked;
