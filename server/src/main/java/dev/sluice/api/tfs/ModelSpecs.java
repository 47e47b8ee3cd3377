package dev.sluice.api.tfs;

import com.google.protobuf.Int64Value;
import dev.sluice.predict.VersionChoice;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;

/** A request's ModelSpec (grpc.md §2.1, §3). */
final class ModelSpecs {
  private ModelSpecs() {}

  /** Refuses a request without a ModelSpec. */
  static ServingException missing() {
    return ServingException.invalidArgument("Missing ModelSpec");
  }

  /** Returns which version a spec wants. */
  static VersionChoice version(ModelSpec spec) {
    return switch (spec.getVersionChoiceCase()) {
      case VERSION -> new VersionChoice.Specific(spec.getVersion().getValue());
      case VERSION_LABEL -> new VersionChoice.Labelled(spec.getVersionLabel());
      case VERSIONCHOICE_NOT_SET -> VersionChoice.LATEST;
    };
  }

  /** Returns the spec of what answered a request (grpc.md §4). */
  static ModelSpec effective(ServableId id, Signature signature) {
    return ModelSpec.newBuilder()
        .setName(id.model())
        .setVersion(Int64Value.of(id.version()))
        .setSignatureName(signature.key())
        .build();
  }
}
