/**
 * The Open Inference Protocol's messages that hold tensors, without message objects: {@link
 * dev.sluice.api.oip.wire.ModelInferRequestHead} finds the values of a request where they lie,
 * {@link dev.sluice.api.oip.wire.ModelInferAnswer} writes outputs straight from their memory.
 * Nothing is shared between threads.
 */
@NullMarked
package dev.sluice.api.oip.wire;

import org.jspecify.annotations.NullMarked;
