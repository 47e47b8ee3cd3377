package dev.sluice.metrics;

/** The protocol by which a request came. */
public enum Entrypoint {
  GRPC,
  REST
}
