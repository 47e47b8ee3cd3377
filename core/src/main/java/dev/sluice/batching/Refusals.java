package dev.sluice.batching;

import dev.sluice.metrics.Refusal;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.time.Duration;

/**
 * What requests are told that a servable refuses: why, with the figures, and when to come again,
 * which is when what waits now will have been run, if that is known. Immutable.
 */
final class Refusals {
  private final ServableId id;
  private final int capacity;

  Refusals(ServableId id, int capacity) {
    this.id = id;
    this.capacity = capacity;
  }

  /** Nothing more can wait. */
  ServingException tooMany(double retryNanos) {
    return refused(Refusal.QUEUE, capacity + " requests wait already", retryNanos);
  }

  /** A client has more waiting than is left for others. */
  ServingException tooManyOf(String client, int waiting, double retryNanos) {
    return refused(
        Refusal.QUEUE,
        "%d requests of %s wait already, which is its share of the %d that may wait"
            .formatted(waiting, name(client), capacity),
        retryNanos);
  }

  private static String name(String client) {
    return client.isEmpty() ? "those who do not name a client" : "client '" + client + "'";
  }

  /** The objective cannot be kept. */
  ServingException late(double expectedNanos, long objectiveNanos, double retryNanos) {
    return refused(
        Refusal.QUEUE,
        "an answer would take about %.1f ms, and the objective is %.1f ms"
            .formatted(expectedNanos / 1e6, objectiveNanos / 1e6),
        retryNanos);
  }

  /** More work waits than may. */
  ServingException tooMuch(double expectedNanos, Duration longest, double retryNanos) {
    return refused(
        Refusal.QUEUE,
        "an answer would take about %.1f s, and requests may wait for %.1f s (--max_queue_ms)"
            .formatted(expectedNanos / 1e9, longest.toNanos() / 1e9),
        retryNanos);
  }

  /** The request's own deadline cannot be met. */
  ServingException beyondDeadline(double expectedNanos, long remaining, double retryNanos) {
    return refused(
        Refusal.DEADLINE,
        "an answer would take about %.1f ms, and the request's deadline is in %.1f ms"
            .formatted(expectedNanos / 1e6, remaining / 1e6),
        retryNanos);
  }

  /** A request has waited longer than requests may where many wait. */
  ServingException tooLong(Duration longest) {
    return refused(
        Refusal.QUEUE,
        "the request has waited for %.1f s (--max_queue_ms), and many do"
            .formatted(longest.toNanos() / 1e9),
        (double) longest.toNanos());
  }

  /** A request waited for so long to be read that its answer would be late. */
  ServingException readLate(long objectiveNanos) {
    return refused(
        Refusal.QUEUE,
        "an answer would have come later than the objective of %.1f ms"
            .formatted(objectiveNanos / 1e6),
        (double) objectiveNanos);
  }

  private ServingException refused(Refusal counted, String reason, double retryNanos) {
    return new ServingException(
        Code.UNAVAILABLE,
        "Servable " + id + " is overloaded: " + reason,
        Duration.ofNanos(Math.max(0, Math.round(retryNanos))),
        counted);
  }
}
