package dev.sluice.api.tfs;

import dev.sluice.admission.ByteBudget;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a request's work is done, besides the event loop that reads it.
 *
 * @param endOfTurn runs a task when the event loop has decoded all that was there to read, so that
 *     requests that came together run, and are answered, together; at once on any other thread
 * @param ownLoop the event loop that the calling thread is, or null
 * @param workers decode requests that would hold an event loop for too long; what they accept runs
 * @param waiting the bytes of large requests that may wait for a worker
 */
public record RequestThreads(
    Executor endOfTurn,
    Supplier<@Nullable Executor> ownLoop,
    Executor workers,
    ByteBudget waiting) {}
