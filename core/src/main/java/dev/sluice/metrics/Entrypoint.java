package dev.sluice.metrics;

/** The protocol by which a request came. */
public enum Entrypoint {
  GRPC("grpc"),
  REST("rest");

  private final String label;

  Entrypoint(String label) {
    this.label = label;
  }

  /** Returns the label of today's conventions. */
  String label() {
    return label;
  }
}
