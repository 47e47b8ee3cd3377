/**
 * Tensors as the clients have them: {@link dev.sluice.client.tensor.NamedTensor} by name, dtype,
 * shape and {@link dev.sluice.client.tensor.Values}, read from JSON and written as JSON, and the
 * {@linkplain dev.sluice.client.tensor.ModelMetadata metadata} that says what a model takes. Plain
 * values and functions.
 */
@NullMarked
package dev.sluice.client.tensor;

import org.jspecify.annotations.NullMarked;
