/**
 * The load tool of {@code sluice bench}: {@link dev.sluice.loadtest.LoadTest} sends requests to a
 * server that it knows only by its address, checks the answers, and reports latencies and
 * throughput. {@code input} makes the requests, {@code wire} carries them, {@code report} shows
 * what was measured.
 *
 * <p>A few event loops send and receive; each has connections, histogram and counters of its own,
 * which nobody else touches until the loop is done. The calling thread waits, reads the CPU time of
 * the processes, and prints.
 */
@NullMarked
package dev.sluice.loadtest;

import org.jspecify.annotations.NullMarked;
