package dev.sluice.api.tfs;

import dev.sluice.admission.ByteBudget;
import java.util.concurrent.Executor;

/**
 * Where a request's work is done, besides the event loop that reads it.
 *
 * @param endOfTurn runs a task when the event loop has decoded all that was there to read, so that
 *     requests that came together run, and are answered, together; at once on any other thread
 * @param workers decode requests that would hold an event loop for too long; what they accept runs
 * @param waiting the bytes of large requests that may wait for a worker
 */
public record RequestThreads(Executor endOfTurn, Executor workers, ByteBudget waiting) {}
