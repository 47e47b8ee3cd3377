package dev.sluice.api;

import dev.sluice.admission.ByteBudget;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a request's work is done, besides the event loop that reads it.
 *
 * @param ownLoop the event loop that the calling thread is, or null
 * @param workers decode requests that would hold an event loop for too long; what they accept runs
 * @param waiting the bytes of large requests that may wait for a worker
 */
public record RequestThreads(
    Supplier<@Nullable Executor> ownLoop, Executor workers, ByteBudget waiting) {}
