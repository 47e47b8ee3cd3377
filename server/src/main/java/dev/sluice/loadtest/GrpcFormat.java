package dev.sluice.loadtest;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.loadtest.wire.AnswerBytes;
import dev.sluice.protos.serving.PredictResponse;
import java.util.Set;

/** Reads protobuf answers. */
final class GrpcFormat implements AnswerFormat {
  private final Set<String> outputs;

  GrpcFormat(Set<String> outputs) {
    this.outputs = Set.copyOf(outputs);
  }

  @Override
  public ParsedAnswer parse(AnswerBytes answer) throws AnswerException {
    try {
      PredictResponse response = PredictResponse.parseFrom(answer.toArray());
      for (String output : outputs) {
        if (!response.containsOutputs(output)) {
          throw new AnswerException("no output " + output);
        }
      }
      return new GrpcAnswer(response.getOutputsMap());
    } catch (InvalidProtocolBufferException e) {
      throw new AnswerException("not a PredictResponse: " + e.getMessage());
    }
  }
}
