package dev.sluice.api.oip.rest;

import dev.sluice.api.json.JsonWriter;
import dev.sluice.api.oip.ModelCatalog;
import dev.sluice.api.oip.ModelControl;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.RepositoryEntry;
import dev.sluice.api.oip.json.ControlBody;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.TreeSet;

/** Answers what clients ask and tell of the models that are there. */
final class RepositoryEndpoints {
  private final ModelCatalog catalog;
  private final ModelControl control;

  RepositoryEndpoints(ModelCatalog catalog, ModelControl control) {
    this.catalog = catalog;
    this.control = control;
  }

  /** Returns all versions of all models, or only those that can be used now. */
  JsonWriter index(ControlBody body) throws ServingException {
    JsonWriter json = new JsonWriter().open('[');
    for (RepositoryEntry entry : catalog.index(body.members("the request").flag("ready"))) {
      json.open('{').name("name").value(entry.name());
      json.name("version").value(entry.version());
      json.name("state").value(entry.state().name());
      json.name("reason").value(entry.reason()).close('}');
    }
    return json.close(']');
  }

  /** Loads a model; blocks. */
  void load(String model, ControlBody body) throws ServingException {
    Parameters parameters = body.parameters("the load of model " + model);
    if (!parameters.values().isEmpty()) {
      throw new ServingException(
          Code.UNIMPLEMENTED,
          "Model %s: expected a load without parameters, for models are read from their directories"
                  .formatted(model)
              + " as they are; found "
              + new TreeSet<>(parameters.values().keySet()));
    }
    try {
      control.load(model);
    } catch (InterruptedException e) {
      throw interrupted(model);
    }
  }

  /**
   * Unloads a model; blocks. No model depends on another, so that a parameter which asks to unload
   * such asks nothing.
   */
  void unload(String model) throws ServingException {
    try {
      control.unload(model);
    } catch (InterruptedException e) {
      throw interrupted(model);
    }
  }

  private static ServingException interrupted(String model) {
    Thread.currentThread().interrupt();
    return new ServingException(Code.CANCELLED, "Model " + model + ": nobody waits any more");
  }
}
