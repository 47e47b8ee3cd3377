package dev.sluice.engine.tensorflow;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.engine.VersionFiles;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Loads one SavedModel. Calls never overlap, as the interface has it. */
final class SavedModelLoader implements Loader {
  private static final Logger LOG = System.getLogger(SavedModelLoader.class.getName());

  private final ModelVersion version;
  private final EngineOptions options;
  private final LibrarySource libraries;
  private @Nullable SavedModelServable loaded;

  /** Where the library comes from: the first call may unpack and load it. */
  @FunctionalInterface
  interface LibrarySource {
    TfLibrary get() throws ServingException;
  }

  SavedModelLoader(ModelVersion version, EngineOptions options, LibrarySource libraries) {
    this.version = version;
    this.options = options;
    this.libraries = libraries;
  }

  @Override
  public ResourceEstimate estimate() throws ServingException {
    long files = VersionFiles.size(version);
    return new ResourceEstimate(files + files / 5);
  }

  @Override
  public Servable load() throws ServingException {
    if (loaded != null) {
      throw new IllegalStateException(version.id() + " is loaded already");
    }
    Path directory = SavedModelFiles.directory(version.path(), options.model());
    SavedModelFiles.checkFormat(directory);
    TfLibrary library = libraries.get();
    SessionConfig config =
        SessionConfig.of(
            options, VersionFiles.size(version), Runtime.getRuntime().availableProcessors());
    TfSession session = open(library, directory, config);
    try {
      if (session.metaGraph().hasVariables() && !SavedModelFiles.hasVariables(directory)) {
        LOG.log(
            Level.WARNING,
            "{0} has variables but {1} holds no values for them: it loads, and requests that need"
                + " them will fail",
            version.id(),
            directory.resolve("variables"));
      }
      SavedModelServable servable = new SavedModelServable(version.id(), library, session);
      loaded = servable;
      return servable;
    } finally {
      if (loaded == null) {
        session.close();
      }
    }
  }

  private TfSession open(TfLibrary library, Path directory, SessionConfig config)
      throws ServingException {
    try {
      return TfSession.load(library, directory, options.tags(), config);
    } catch (ServingException e) {
      throw UnknownOperation.explain(e);
    }
  }

  @Override
  public void unload() {
    SavedModelServable servable = loaded;
    if (servable != null) {
      loaded = null;
      servable.free();
    }
  }
}
