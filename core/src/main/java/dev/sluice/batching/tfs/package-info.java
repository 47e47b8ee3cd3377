/**
 * Batches as TensorFlow Serving makes them (config.md §8): {@link
 * dev.sluice.batching.tfs.TfsBatching} queues the requests of one version, and the threads of a
 * {@link dev.sluice.batching.tfs.BatchPool}, which all versions share, run them.
 */
@NullMarked
package dev.sluice.batching.tfs;

import org.jspecify.annotations.NullMarked;
