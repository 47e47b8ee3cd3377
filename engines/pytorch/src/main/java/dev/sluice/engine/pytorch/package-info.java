/**
 * Runs TorchScript modules by libtorch, called through {@code java.lang.foreign}.
 *
 * <p>Entry point: {@link dev.sluice.engine.pytorch.PyTorchEngine}, found by ServiceLoader. The
 * native libraries are unpacked into a cache and loaded with the first model. A servable runs on
 * the calling thread, which should be a platform thread: a native call holds its carrier.
 *
 * <p>libtorch has a C API for tensors but none for TorchScript modules, and an exception of its C++
 * API must not cross into Java. The <em>glue</em>, a library of the Deep Java Library project,
 * wraps that API in functions that catch everything. They are made for JNI; here they are called
 * without it, with an {@linkplain dev.sluice.engine.pytorch.GlueCall environment of our own}, for
 * three reasons: the Java classes they belong to want to download libraries, log, and keep a map of
 * all tensors; a string argument costs them a look-up by reflection in every call; and a run that
 * fails loses a copy of its arguments' handles each time, which any client could provoke.
 */
@NullMarked
package dev.sluice.engine.pytorch;

import org.jspecify.annotations.NullMarked;
