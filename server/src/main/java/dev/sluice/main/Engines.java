package dev.sluice.main;

import dev.sluice.config.ModelsValidator;
import dev.sluice.config.ServerSettings;
import dev.sluice.engine.Engine;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;

/** The engines of this distribution. */
final class Engines {
  private Engines() {}

  /** Returns new engines, one of each kind that is on the class path. */
  static List<Engine> onClassPath() {
    return ServiceLoader.load(Engine.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  /** Returns what checks lists of models: they may name platforms of engines on the class path. */
  static ModelsValidator validator(ServerSettings.Models settings) {
    Set<String> platforms =
        onClassPath().stream()
            .flatMap(engine -> engine.platforms().stream())
            .collect(Collectors.toUnmodifiableSet());
    return new ModelsValidator(platforms, settings.byReference());
  }
}
