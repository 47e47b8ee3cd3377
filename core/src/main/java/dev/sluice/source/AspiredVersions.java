package dev.sluice.source;

import dev.sluice.servable.ModelVersion;
import java.util.List;
import java.util.Objects;

/** The whole wish for one model: exactly these versions; one that is absent is to be unloaded. */
public record AspiredVersions(String model, List<ModelVersion> versions) {
  public AspiredVersions {
    Objects.requireNonNull(model, "model");
    versions = List.copyOf(versions);
    for (ModelVersion version : versions) {
      if (!version.id().model().equals(model)) {
        throw new IllegalArgumentException(version.id() + " in the wish for model " + model);
      }
    }
  }
}
