/**
 * JSON of the Open Inference Protocol, and the binary tensors that Triton's extension puts behind
 * it: bytes to tensors and back, without a document tree in between.
 *
 * <p>{@link dev.sluice.api.oip.json.InferBody} checks a body's syntax in one pass and says what is
 * asked for; {@link dev.sluice.api.oip.json.TensorReader} then writes values straight into tensor
 * memory. {@link dev.sluice.api.oip.json.InferAnswer} writes answers. Nothing here keeps state
 * between requests or knows HTTP; an object is used by one thread at a time.
 */
@NullMarked
package dev.sluice.api.oip.json;

import org.jspecify.annotations.NullMarked;
