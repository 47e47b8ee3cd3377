package dev.sluice.metrics;

/** Why requests are turned away that could be answered at a better time. */
public enum Refusal {
  /** As many requests are inside the server as may be. */
  CONCURRENCY("concurrency"),
  /** Too many wait for the version, or an answer would come later than its objective. */
  QUEUE("queue"),
  /** The deadline passed before the run began, or was certain to. */
  DEADLINE("deadline"),
  /** There is no memory for what the request brings, or no room among those that are large. */
  MEMORY("memory");

  private final String label;

  Refusal(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
