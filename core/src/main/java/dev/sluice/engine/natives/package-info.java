/**
 * Native libraries that jars carry: {@link dev.sluice.engine.natives.NativeArtifact} finds them on
 * the class path, {@link dev.sluice.engine.natives.NativeCache} unpacks them once and says where
 * they lie. All is thread-safe and blocks.
 */
@NullMarked
package dev.sluice.engine.natives;

import org.jspecify.annotations.NullMarked;
