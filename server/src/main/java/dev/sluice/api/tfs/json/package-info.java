/**
 * JSON of the TensorFlow Serving REST API (rest.md §3 to §7): bytes to tensors and back, without a
 * document tree in between.
 *
 * <p>{@link dev.sluice.api.tfs.json.JsonBody} checks a body's syntax in one pass and remembers
 * where its members are; {@link dev.sluice.api.tfs.json.PredictInputs} then writes the values
 * straight into tensor memory. {@link dev.sluice.api.tfs.json.JsonPredictResponse} and {@link
 * dev.sluice.api.tfs.json.ErrorBody} write answers. Nothing here keeps state between requests or
 * knows HTTP; an object is used by one thread at a time.
 */
@NullMarked
package dev.sluice.api.tfs.json;

import org.jspecify.annotations.NullMarked;
