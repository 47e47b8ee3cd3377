package dev.sluice.engine;

import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the engine for a version: that of its platform, which the configuration or the version's
 * settings name, or the first that recognizes its files. Thread-safe if its engines are.
 */
public final class LoaderFactory {
  /** What asking the engines gave. */
  public sealed interface Choice {
    /** There is an engine for the version. */
    record Found(Loader loader) implements Choice {}

    /**
     * There is no engine for it.
     *
     * @param mayChange true if repaired files could change the answer, so that trying again helps
     */
    record None(ServingException reason, boolean mayChange) implements Choice {}
  }

  /** By which files a directory's format is known, and which engine reads it; for messages. */
  private static final Map<String, String> FORMATS = new TreeMap<>();

  static {
    FORMATS.put("saved_model.pb", "tensorflow");
    FORMATS.put("model.onnx", "onnx");
    FORMATS.put("model.pt", "pytorch");
    FORMATS.put("model.json", "trees");
    FORMATS.put("model.ubj", "trees");
    FORMATS.put("model.txt", "trees");
  }

  /** Which engine there is for a platform, by our own name and those of others; for messages. */
  private static final Map<String, String> MODULES =
      Map.of(
          "tensorflow", "tensorflow",
          "tensorflow_savedmodel", "tensorflow",
          "onnx", "onnx",
          "onnxruntime", "onnx",
          "onnxruntime_onnx", "onnx",
          "pytorch", "pytorch",
          "pytorch_libtorch", "pytorch",
          "trees", "trees",
          "fil", "trees");

  /** So many files are named of a directory without a model. */
  private static final int MOST_NAMED = 5;

  private final List<Engine> engines;
  private final EngineOptions options;
  private final SettingsSource settings;
  private final LoaderDecorator decorator;

  /** Creates a factory that asks the engines in the order given. */
  public LoaderFactory(List<Engine> engines, EngineOptions options) {
    this(engines, options, SettingsSource.NOTHING, LoaderDecorator.NONE);
  }

  /**
   * Creates a factory that asks the engines in the order given.
   *
   * @param settings what is said of single versions, which goes before the options
   * @param decorator is put around their loaders
   */
  public LoaderFactory(
      List<Engine> engines,
      EngineOptions options,
      SettingsSource settings,
      LoaderDecorator decorator) {
    this.engines = List.copyOf(engines);
    this.options = options;
    this.settings = settings;
    this.decorator = decorator;
  }

  /** Returns true if a directory looks like a model, be there an engine for it or not. */
  public boolean isModel(Path directory) {
    return engines.stream().anyMatch(engine -> engine.recognizes(directory))
        || FORMATS.keySet().stream().anyMatch(file -> Files.exists(directory.resolve(file)));
  }

  /** Finds an engine; may look at the version's directory. */
  public Choice choose(ModelVersion version) {
    try {
      return choose(version, settings.of(version));
    } catch (ServingException e) {
      return new Choice.None(e, true);
    }
  }

  private Choice choose(ModelVersion version, ModelSettings own) throws ServingException {
    String platform = version.platform().isEmpty() ? own.platform() : version.platform();
    boolean any = platform.equals(ModelVersion.ANY_PLATFORM);
    for (Engine engine : engines) {
      if (any ? engine.recognizes(version.path()) : engine.platforms().contains(platform)) {
        if (!own.platform().isEmpty() && !engine.platforms().contains(own.platform())) {
          throw ServingException.invalidArgument(
              "%s has platform %s by the configuration, but its own settings say %s"
                  .formatted(version.id(), platform, own.platform()));
        }
        Loader loader =
            RedeclaringLoader.of(version.id(), engine.loaderFor(version, options.of(own)), own);
        ModelVersion found = new ModelVersion(version.id(), engine.name(), version.path());
        return new Choice.Found(decorator.decorate(found, loader));
      }
    }
    return any ? unknownFormat(version) : new Choice.None(missingEngine(version, platform), false);
  }

  private Choice unknownFormat(ModelVersion version) {
    for (Map.Entry<String, String> format : FORMATS.entrySet()) {
      if (Files.exists(version.path().resolve(format.getKey()))) {
        return new Choice.None(
            ServingException.invalidArgument(
                "%s at %s has a file %s (engines present: %s); %s"
                    .formatted(
                        version.id(),
                        version.path(),
                        format.getKey(),
                        present(),
                        expected(format.getValue()))),
            false);
      }
    }
    return new Choice.None(
        new ServingException(
            Code.NOT_FOUND,
            "No model found for %s at %s: expected one of %s, found %s"
                .formatted(
                    version.id(), version.path(), FORMATS.keySet(), content(version.path()))),
        true);
  }

  private static String content(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      List<String> names =
          files.limit(MOST_NAMED + 1).map(file -> file.getFileName().toString()).sorted().toList();
      return names.isEmpty()
          ? "nothing"
          : String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())))
              + (names.size() > MOST_NAMED ? ", …" : "");
    } catch (IOException | UncheckedIOException e) {
      return "that it cannot be read: " + e;
    }
  }

  private ServingException missingEngine(ModelVersion version, String platform) {
    return ServingException.invalidArgument(
        "Model %s requests unsupported platform %s (engines present: %s); %s"
            .formatted(
                version.id().model(),
                platform,
                present(),
                expected(MODULES.getOrDefault(platform, ""))));
  }

  private String present() {
    return engines.isEmpty()
        ? "none"
        : engines.stream().map(Engine::name).collect(Collectors.joining(", "));
  }

  /** Names the engine's module; empty if there is none. */
  private static String expected(String engine) {
    return engine.isEmpty()
        ? "expected another: no module of Sluice has that one"
        : "expected an engine of that name, such as the module sluice-engine-%s, on the class path"
            .formatted(engine);
  }
}
