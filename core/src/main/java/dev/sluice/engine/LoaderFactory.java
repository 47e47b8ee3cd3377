package dev.sluice.engine;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the engine for a version. Thread-safe if its engines are. */
public final class LoaderFactory {
  /** What asking the engines gave. */
  public sealed interface Choice {
    /** An engine takes the version. */
    record Found(Loader loader) implements Choice {}

    /**
     * No engine takes it.
     *
     * @param mayChange true if repaired files could change the answer, so that trying again helps
     */
    record None(ServingException reason, boolean mayChange) implements Choice {}
  }

  private final List<Engine> engines;
  private final EngineOptions options;
  private final LoaderDecorator decorator;

  /** Creates a factory that asks the engines in the order given. */
  public LoaderFactory(List<Engine> engines, EngineOptions options) {
    this(engines, options, LoaderDecorator.NONE);
  }

  /** Creates a factory that asks the engines in the order given, and decorates their loaders. */
  public LoaderFactory(List<Engine> engines, EngineOptions options, LoaderDecorator decorator) {
    this.engines = List.copyOf(engines);
    this.options = options;
    this.decorator = decorator;
  }

  /** Asks the engines for a loader; may read the version's directory. */
  public Choice choose(ModelVersion version) {
    for (Engine engine : engines) {
      Optional<Loader> loader = engine.loaderFor(version, options);
      if (loader.isPresent()) {
        return new Choice.Found(decorator.decorate(version, loader.get()));
      }
    }
    boolean engineThere =
        engines.stream().anyMatch(engine -> engine.name().equals(version.platform()));
    return engineThere
        ? new Choice.None(unknownFormat(version), true)
        : new Choice.None(missingEngine(version), false);
  }

  private static ServingException unknownFormat(ModelVersion version) {
    return new ServingException(
        Code.NOT_FOUND,
        "Engine %s finds no model in its format for %s at %s"
            .formatted(version.platform(), version.id(), version.path()));
  }

  private ServingException missingEngine(ModelVersion version) {
    String present =
        engines.isEmpty()
            ? "none"
            : engines.stream().map(Engine::name).collect(Collectors.joining(", "));
    return ServingException.invalidArgument(
        ("Model %s requests unsupported platform %s (engines present: %s); expected an engine of"
                + " that name, such as the module sluice-engine-%s, on the class path")
            .formatted(version.id().model(), version.platform(), present, version.platform()));
  }
}
