/**
 * A whole engine, to start from (docs/engines.md): {@link dev.sluice.engine.example.LineEngine}
 * serves straight lines. It needs no native code and is thread-safe by being immutable.
 */
@NullMarked
package dev.sluice.engine.example;

import org.jspecify.annotations.NullMarked;
