package dev.sluice.api.tfs;

import dev.sluice.predict.VersionChoice;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.servable.ServingException;

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
}
