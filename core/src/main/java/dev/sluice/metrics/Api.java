package dev.sluice.metrics;

import java.util.Locale;

/** The ways to use a model that latencies are told apart by. */
public enum Api {
  PREDICT("Predict", "predict"),
  CLASSIFY("Classify", "classify"),
  REGRESS("Regress", "regress"),
  /** The one way of the Open Inference Protocol, which the reference does not have. */
  INFER("ModelInfer", "infer"),
  /** Several signatures at once, over gRPC only. */
  MULTI("MultiInference", ""),
  /** What a REST client may ask about a model: its status, its metadata. */
  INFO("", "");

  private final String grpcLabel;
  private final String restLabel;

  Api(String grpcLabel, String restLabel) {
    this.grpcLabel = grpcLabel;
    this.restLabel = restLabel;
  }

  /** Returns the label of a run, and of a gRPC request. */
  String grpcLabel() {
    return grpcLabel;
  }

  /** Returns the label of today's conventions, the same for all protocols. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String restLabel() {
    return restLabel;
  }
}
