package dev.sluice.api.tfs;

import com.google.protobuf.MessageLite;
import dev.sluice.api.json.JsonSink;
import dev.sluice.protos.serving.InferenceResult;
import dev.sluice.protos.serving.ModelSpec;

/** The checked outputs of one task, as an answer of each protocol. Valid as long as the tensors. */
sealed interface ExampleResult permits Classification.Classes, Regression.Values {
  /** Returns the response of Classify or Regress. */
  MessageLite response(ModelSpec spec);

  /** Sets the result of a task of MultiInference. */
  void addTo(InferenceResult.Builder answer);

  /** Appends the body of a REST answer. */
  void write(JsonSink sink);
}
