/**
 * The wire format of Predict, read straight from the transport's buffers into tensors and written
 * straight from tensors: {@link dev.sluice.api.tfs.wire.PredictRequestHead} says what a request
 * asks for, {@link dev.sluice.api.tfs.wire.TensorDecoder} fills its inputs, and {@link
 * dev.sluice.api.tfs.wire.PredictAnswer} is the response (grpc.md §2, §5).
 *
 * <p>Tensors and the wire are both little-endian, so fixed-width values are copied as bytes.
 * Nothing here is thread-safe; a message is read by one thread at a time.
 */
@NullMarked
package dev.sluice.api.tfs.wire;

import org.jspecify.annotations.NullMarked;
