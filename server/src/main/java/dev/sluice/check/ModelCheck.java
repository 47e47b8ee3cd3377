package dev.sluice.check;

import dev.sluice.config.BatchingMode;
import dev.sluice.config.BatchingParameters;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ServerSettings;
import dev.sluice.config.folder.FolderSettings;
import dev.sluice.engine.Engine;
import dev.sluice.engine.Loader;
import dev.sluice.engine.LoaderFactory;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.engine.SettingsSource;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.source.SingleLook;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Looks at the models that a configuration would serve: which versions there are, which engine
 * would read them, what is said beside them. Loads nothing. Confined to one thread.
 */
public final class ModelCheck {
  /** In a version's directory: its own batching parameters (config.md §8.6). */
  private static final String BATCHING_FILE = "batching_params.pbtxt";

  private final ServerSettings settings;
  private final Consumer<Finding> findings;
  private final long memoryBytes;
  private final LoaderFactory loaders;

  /**
   * Creates a check.
   *
   * @param engines those on the class path
   * @param configured what the configuration says of single models
   * @param memoryBytes what there is in all
   * @param findings takes what is found
   */
  public ModelCheck(
      ServerSettings settings,
      List<Engine> engines,
      SettingsSource configured,
      long memoryBytes,
      Consumer<Finding> findings) {
    this.settings = settings;
    this.findings = findings;
    this.memoryBytes = memoryBytes;
    FolderSettings folders =
        new FolderSettings(
            !settings.models().byReference(), line -> findings.accept(Finding.warning(line)));
    this.loaders =
        new LoaderFactory(engines, settings.engine(), folders.over(configured), NamedLoader::new);
  }

  /** A loader that knows the name of its engine. */
  private record NamedLoader(ModelVersion version, Loader loader) implements Loader {
    @Override
    public ResourceEstimate estimate() throws ServingException {
      return loader.estimate();
    }

    @Override
    public Servable load() {
      throw new IllegalStateException("a check loads nothing");
    }

    @Override
    public void unload() {
      throw new IllegalStateException("a check unloads nothing");
    }
  }

  /** Returns what would be served. */
  public List<PlannedModel> plan(ModelsConfig models) {
    List<PlannedModel> plan = new ArrayList<>();
    Map<Path, String> byPath = new HashMap<>();
    for (ModelEntry model : models.models()) {
      String other = byPath.putIfAbsent(model.basePath(), model.name());
      if (other != null) {
        warn(
            "Models %s and %s have the same base path %s; each version would be loaded twice"
                .formatted(other, model.name(), model.basePath()));
      }
      PlannedModel planned = plan(model);
      checkLabels(model, planned);
      plan.add(planned);
    }
    checkMemory(plan);
    return plan;
  }

  private PlannedModel plan(ModelEntry model) {
    SingleLook look =
        SingleLook.at(
            model.watched(),
            directory ->
                !settings.models().byReference()
                    && (loaders.isModel(directory) || FolderSettings.isModel(directory)));
    look.complaints().forEach(this::warn);
    List<PlannedModel.Version> versions = new ArrayList<>();
    for (ModelVersion version : look.versions()) {
      versions.add(plan(version));
    }
    return new PlannedModel(model.name(), model.basePath(), versions);
  }

  private PlannedModel.Version plan(ModelVersion version) {
    long number = version.id().version();
    checkBatchingFile(version);
    return switch (loaders.choose(version)) {
      case LoaderFactory.Choice.None(ServingException reason, _) -> {
        findings.accept(Finding.error(reason.text()));
        yield new PlannedModel.Version(number, "", OptionalLong.empty());
      }
      case LoaderFactory.Choice.Found(Loader loader) -> {
        String engine = loader instanceof NamedLoader named ? named.version().platform() : "?";
        yield new PlannedModel.Version(number, engine, estimate(version, loader));
      }
    };
  }

  private OptionalLong estimate(ModelVersion version, Loader loader) {
    try {
      return OptionalLong.of(loader.estimate().memoryBytes());
    } catch (ServingException e) {
      findings.accept(Finding.error("%s: %s".formatted(version.id(), e.text())));
      return OptionalLong.empty();
    }
  }

  private void checkBatchingFile(ModelVersion version) {
    Path file = version.path().resolve(BATCHING_FILE);
    if (settings.batching().mode() != BatchingMode.TFS
        || !settings.batching().perModel()
        || !Files.exists(file)) {
      return;
    }
    try {
      var _ = BatchingParameters.read(file, Runtime.getRuntime().availableProcessors());
    } catch (ConfigException e) {
      findings.accept(Finding.error("%s: %s".formatted(version.id(), e.text())));
    }
  }

  private void checkLabels(ModelEntry model, PlannedModel planned) {
    List<Long> served = planned.versions().stream().map(PlannedModel.Version::number).toList();
    model
        .labels()
        .forEach(
            (label, version) -> {
              if (!served.contains(version)) {
                String text =
                    "Model %s: label %s points to version %d; expected one that is served, found %s"
                        .formatted(
                            model.name(), label, version, served.isEmpty() ? "none" : served);
                findings.accept(
                    settings.models().labelsForUnavailable()
                        ? Finding.warning(text)
                        : Finding.error(text));
              }
            });
  }

  private void checkMemory(List<PlannedModel> plan) {
    long bytes =
        plan.stream()
            .flatMap(model -> model.versions().stream())
            .mapToLong(version -> version.bytes().orElse(0))
            .sum();
    if (bytes > memoryBytes) {
      warn(
          "The models may need %s of memory, by the size of their files; this machine, or its container, has %s"
              .formatted(CheckReport.size(bytes), CheckReport.size(memoryBytes)));
    }
    List<String> empty =
        plan.stream().filter(model -> model.versions().isEmpty()).map(PlannedModel::name).toList();
    if (!plan.isEmpty() && empty.size() == plan.size()) {
      warn("No model has a version to serve: " + String.join(", ", empty));
    }
  }

  private void warn(String text) {
    findings.accept(Finding.warning(text));
  }
}
