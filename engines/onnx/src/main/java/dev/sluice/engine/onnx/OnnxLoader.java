package dev.sluice.engine.onnx;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.engine.VersionFiles;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Loads one ONNX model. Calls never overlap, as the interface has it. */
final class OnnxLoader implements Loader {
  private static final Logger LOG = System.getLogger(OnnxLoader.class.getName());

  private final ModelVersion version;
  private final EngineOptions options;
  private final LibrarySource libraries;
  private @Nullable OnnxServable loaded;

  /** Where the library comes from: the first call may unpack and load it. */
  @FunctionalInterface
  interface LibrarySource {
    OrtLibrary get() throws ServingException;
  }

  OnnxLoader(ModelVersion version, EngineOptions options, LibrarySource libraries) {
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
    Path file = OnnxFiles.model(version, options.model());
    OrtLibrary library = libraries.get();
    SessionConfig config =
        SessionConfig.of(
            options, VersionFiles.size(version), Runtime.getRuntime().availableProcessors());
    try {
      OnnxServable servable = load(library, file, config);
      loaded = servable;
      return servable;
    } catch (OrtException e) {
      throw e.ofLoad(version.id());
    } finally {
      // The library reads the whole file into memory before it makes a session of it.
      library.returnFreedMemory();
    }
  }

  private OnnxServable load(OrtLibrary library, Path file, SessionConfig config)
      throws ServingException, OrtException {
    OrtSessions sessions = library.sessions();
    long session = sessions.create(file, config);
    OnnxServable servable = null;
    try {
      BoundModel model =
          BoundModel.of(version.id(), sessions.inputs(session), sessions.outputs(session));
      boolean isShapeBound = config.runsOnCaller() && isShapeBound(file, model);
      servable = new OnnxServable(library, session, model, isShapeBound);
      return servable;
    } finally {
      if (servable == null) {
        sessions.release(session);
      }
    }
  }

  private static boolean isShapeBound(Path file, BoundModel model) {
    try {
      return GraphReader.read(file).isShapeBound(model.signature().inputs());
    } catch (IOException e) {
      // The library has read it all the same.
      LOG.log(Level.DEBUG, "The operations of {0} are not known: {1}", file, e);
      return false;
    }
  }

  @Override
  public void unload() {
    OnnxServable servable = loaded;
    if (servable != null) {
      loaded = null;
      servable.free();
    }
  }
}
