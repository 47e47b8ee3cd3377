/**
 * Measures: JMH benchmarks of the core and the codecs, and the {@link dev.sluice.bench.EchoServer}
 * that the end-to-end run compares the server with.
 */
@NullMarked
package dev.sluice.bench;

import org.jspecify.annotations.NullMarked;
