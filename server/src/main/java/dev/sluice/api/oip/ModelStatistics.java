package dev.sluice.api.oip;

import dev.sluice.metrics.InferenceMetrics;
import dev.sluice.metrics.VersionStatistics;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.util.List;
import java.util.Set;

/** What requests to models took, of the versions that can be used now. */
public final class ModelStatistics {
  private final InferenceMetrics metrics;
  private final ModelCatalog models;

  /** Creates statistics of what a catalogue has. */
  public ModelStatistics(InferenceMetrics metrics, ModelCatalog models) {
    this.metrics = metrics;
    this.models = models;
  }

  /**
   * Returns the statistics of versions, by model and then by version.
   *
   * @param model empty for all
   * @param version empty for all of the model
   * @throws ServingException NOT_FOUND if a model or version is named that cannot be used
   */
  public List<VersionStatistics> of(String model, String version) throws ServingException {
    VersionChoice choice = Versions.choice(model, version);
    Set<ServableId> available = models.available();
    List<VersionStatistics> found =
        metrics.all().stream()
            .filter(each -> model.isEmpty() || each.model().equals(model))
            .filter(each -> isChosen(choice, each.version()))
            .filter(each -> available.contains(new ServableId(each.model(), each.version())))
            .toList();
    if (found.isEmpty() && !model.isEmpty()) {
      throw new ServingException(
          Code.NOT_FOUND,
          "Model %s: expected %s that can be used, found none"
              .formatted(model, version.isEmpty() ? "a version" : "version " + version));
    }
    return found;
  }

  private static boolean isChosen(VersionChoice choice, long version) {
    return !(choice instanceof VersionChoice.Specific(long wanted)) || wanted == version;
  }
}
