/**
 * Runs TensorFlow SavedModels by the C API of libtensorflow, called through {@code
 * java.lang.foreign}.
 *
 * <p>Entry point: {@link dev.sluice.engine.tensorflow.TensorFlowEngine}, found by ServiceLoader.
 * The native library is unpacked into a cache and loaded with the first model. A servable runs on
 * the calling thread, which should be a platform thread: a native call holds its carrier.
 */
@NullMarked
package dev.sluice.engine.tensorflow;

import org.jspecify.annotations.NullMarked;
