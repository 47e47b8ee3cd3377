/**
 * Runs ONNX models by the C API of ONNX Runtime, called through {@code java.lang.foreign}.
 *
 * <p>Entry point: {@link dev.sluice.engine.onnx.OnnxEngine}, found by ServiceLoader. The native
 * library is unpacked into a cache and loaded with the first model. A servable runs on the calling
 * thread, which should be a platform thread: a native call holds its carrier.
 */
@NullMarked
package dev.sluice.engine.onnx;

import org.jspecify.annotations.NullMarked;
