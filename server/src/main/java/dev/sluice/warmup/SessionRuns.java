package dev.sluice.warmup;

import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.SessionRunRequest;
import dev.sluice.protos.tensorflow.NamedTensorProto;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says a raw run of the graph, which names the graph's own tensors, as a Predict of the signature
 * that has the same inputs and at least these outputs.
 */
final class SessionRuns {
  private SessionRuns() {}

  /**
   * Returns the request.
   *
   * @throws ServingException UNIMPLEMENTED if no signature fits, as the reference says of all
   */
  static PredictRequest asPredict(SessionRunRequest run, Map<String, Signature> signatures)
      throws ServingException {
    Set<String> feeds = new HashSet<>();
    run.getFeedList().forEach(feed -> feeds.add(tensorName(feed.getName())));
    List<String> fetches = run.getFetchList().stream().map(SessionRuns::tensorName).toList();
    // In the order of their names, so that a record always means the same signature.
    Optional<Signature> found =
        signatures.keySet().stream()
            .sorted()
            .map(signatures::get)
            .filter(signature -> names(signature.inputs()).equals(feeds))
            .filter(signature -> names(signature.outputs()).containsAll(fetches))
            .findFirst();
    if (run.getTargetCount() > 0 || found.isEmpty()) {
      throw new ServingException(
          Code.UNIMPLEMENTED,
          "Unsupported log_type for warmup: 5: no signature has the inputs %s and outputs %s"
              .formatted(feeds, fetches));
    }
    return request(run, found.get(), fetches);
  }

  private static PredictRequest request(
      SessionRunRequest run, Signature signature, List<String> fetches) {
    PredictRequest.Builder request =
        PredictRequest.newBuilder()
            .setModelSpec(ModelSpec.newBuilder().setSignatureName(signature.key()));
    for (NamedTensorProto feed : run.getFeedList()) {
      String name = tensorName(feed.getName());
      for (TensorSpec input : signature.inputs()) {
        if (tensorName(input.nativeName()).equals(name)) {
          request.putInputs(input.name(), feed.getTensor());
        }
      }
    }
    for (TensorSpec output : signature.outputs()) {
      if (fetches.contains(tensorName(output.nativeName()))) {
        request.addOutputFilter(output.name());
      }
    }
    return request.build();
  }

  private static Set<String> names(List<TensorSpec> specs) {
    Set<String> names = new HashSet<>();
    specs.forEach(spec -> names.add(tensorName(spec.nativeName())));
    return names;
  }

  /** The first output of an operation may be named without its number. */
  private static String tensorName(String name) {
    return name.contains(":") ? name : name + ":0";
  }
}
