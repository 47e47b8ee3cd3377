package dev.sluice.config;

import dev.sluice.source.WatchedModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which models are to be served, checked.
 *
 * @param list false for a configuration that says nothing at all, which changes nothing; a list
 *     without models unloads everything
 * @param models in the order of the configuration; names are unique
 */
public record ModelsConfig(boolean list, List<ModelEntry> models) {
  /** A configuration that says nothing. */
  public static final ModelsConfig NOTHING = new ModelsConfig(false, List.of());

  public ModelsConfig {
    models = List.copyOf(models);
    if (!list && !models.isEmpty()) {
      throw new IllegalArgumentException("models without a list");
    }
  }

  /** Returns the model of a name. */
  public Optional<ModelEntry> model(String name) {
    return models.stream().filter(model -> model.name().equals(name)).findFirst();
  }

  /** Returns what the source of versions needs to know. */
  public List<WatchedModel> watched() {
    return models.stream().map(ModelEntry::watched).toList();
  }

  /** Returns versions by label by model; only models with labels. */
  public Map<String, Map<String, Long>> labels() {
    Map<String, Map<String, Long>> labels = new HashMap<>();
    for (ModelEntry model : models) {
      if (!model.labels().isEmpty()) {
        labels.put(model.name(), model.labels());
      }
    }
    return Map.copyOf(labels);
  }
}
