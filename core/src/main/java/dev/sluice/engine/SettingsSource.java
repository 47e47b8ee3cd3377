package dev.sluice.engine;

import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;

/** Says what the operator has to say of a version, when that is loaded. Thread-safe; may block. */
@FunctionalInterface
public interface SettingsSource {
  /** Has nothing to say. */
  SettingsSource NOTHING = version -> ModelSettings.NONE;

  /**
   * Returns the settings of a version.
   *
   * @throws ServingException if they cannot be read; the version is not loaded then
   */
  ModelSettings of(ModelVersion version) throws ServingException;
}
