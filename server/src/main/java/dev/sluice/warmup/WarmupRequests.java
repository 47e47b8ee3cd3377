package dev.sluice.warmup;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.protos.serving.InferenceTask;
import dev.sluice.protos.serving.Input;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.MultiInferenceRequest;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictionLog;
import dev.sluice.protos.tensorflow.Example;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns what was logged into Predict requests that make the model do the same work.
 *
 * <p>Classify, Regress and MultiInference feed serialized Examples, a string tensor [n], to the one
 * string input of a signature and want all of its outputs; how their answers would be formed from
 * those does not matter here.
 */
final class WarmupRequests {
  private WarmupRequests() {}

  static PredictionLog parse(byte[] record) throws MalformedMessageException {
    try {
      return PredictionLog.parseFrom(record);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedMessageException();
    }
  }

  /**
   * Returns the requests of one record, none if it holds no log.
   *
   * @throws ServingException in the words of the API concerned if the model cannot answer them,
   *     UNIMPLEMENTED for a kind of log that cannot be replayed
   */
  static List<PredictRequest> of(PredictionLog log, Map<String, Signature> signatures)
      throws ServingException {
    return switch (log.getLogTypeCase()) {
      case PREDICT_LOG -> List.of(log.getPredictLog().getRequest());
      case CLASSIFY_LOG -> {
        var request = log.getClassifyLog().getRequest();
        yield List.of(examples(request.getModelSpec(), request.getInput(), signatures));
      }
      case REGRESS_LOG -> {
        var request = log.getRegressLog().getRequest();
        yield List.of(examples(request.getModelSpec(), request.getInput(), signatures));
      }
      case MULTI_INFERENCE_LOG -> tasks(log.getMultiInferenceLog().getRequest(), signatures);
      case SESSION_RUN_LOG ->
          List.of(SessionRuns.asPredict(log.getSessionRunLog().getRequest(), signatures));
      case PREDICT_STREAMED_LOG -> throw unsupported(log);
      case LOGTYPE_NOT_SET -> List.of();
    };
  }

  private static ServingException unsupported(PredictionLog log) {
    return new ServingException(
        Code.UNIMPLEMENTED, "Unsupported log_type for warmup: " + log.getLogTypeCase().getNumber());
  }

  private static List<PredictRequest> tasks(
      MultiInferenceRequest request, Map<String, Signature> signatures) throws ServingException {
    List<PredictRequest> runs = new ArrayList<>();
    for (InferenceTask task : request.getTasksList()) {
      runs.add(examples(task.getModelSpec(), request.getInput(), signatures));
    }
    return runs;
  }

  private static PredictRequest examples(
      ModelSpec spec, Input input, Map<String, Signature> signatures) throws ServingException {
    String name =
        spec.getSignatureName().isEmpty() ? Signature.DEFAULT_KEY : spec.getSignatureName();
    Signature signature = signatures.get(name);
    if (signature == null) {
      throw ServingException.invalidArgument("No signature was found with the name: " + name);
    }
    if (signature.inputs().size() != 1
        || signature.inputs().getFirst().dtype() != DataType.STRING) {
      throw ServingException.invalidArgument(
          "Signature " + name + " does not take serialized Examples: expected one string input");
    }
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setSignatureName(name))
        .putInputs(signature.inputs().getFirst().name(), serialized(input))
        .build();
  }

  private static TensorProto serialized(Input input) throws ServingException {
    List<Example> examples =
        switch (input.getKindCase()) {
          case EXAMPLE_LIST -> input.getExampleList().getExamplesList();
          case EXAMPLE_LIST_WITH_CONTEXT -> input.getExampleListWithContext().getExamplesList();
          case KIND_NOT_SET -> List.of();
        };
    if (examples.isEmpty()) {
      throw ServingException.invalidArgument("Input is empty.");
    }
    // Serialized messages in a row are one message, in which later features replace earlier ones.
    ByteString context = input.getExampleListWithContext().getContext().toByteString();
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtypeValue(DataType.STRING.number())
            .setTensorShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dim.newBuilder().setSize(examples.size())));
    for (Example example : examples) {
      tensor.addStringVal(context.concat(example.toByteString()));
    }
    return tensor.build();
  }
}
