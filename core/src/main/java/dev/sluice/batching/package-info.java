/**
 * When requests run, and which of them together: queues and lanes between those who decode requests
 * and the engine. {@link dev.sluice.batching.LaneServable} is a servable around a servable; whoever
 * runs it cannot tell. What merges requests into one run is in {@code merge}, what does it as
 * TensorFlow Serving does in {@code tfs}.
 *
 * <p>Runs happen on the servable's own lanes, platform threads; cheap ones on the event loop that
 * decoded them. Nothing else here blocks.
 */
@NullMarked
package dev.sluice.batching;

import org.jspecify.annotations.NullMarked;
