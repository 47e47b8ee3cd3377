package dev.sluice.engine.tensorflow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.SymbolLookup;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Serves SavedModels.
 *
 * <p>A process should have one engine: a second one shares the library only if it finds it in the
 * same cache directory, and a second copy of the library ends the process.
 */
public final class TensorFlowEngine implements Engine {
  private static final Logger LOG = System.getLogger(TensorFlowEngine.class.getName());
  private static final String PLATFORM = "tensorflow";

  private final HostEnvironment host;
  private final ReentrantLock loading = new ReentrantLock();

  @GuardedBy("loading")
  private @Nullable TfLibrary library;

  /** Creates the engine for ServiceLoader; reads the environment and does nothing else. */
  public TensorFlowEngine() {
    this(HostEnvironment.ofProcess());
  }

  TensorFlowEngine(HostEnvironment host) {
    this.host = host;
  }

  @Override
  public String name() {
    return PLATFORM;
  }

  @Override
  public Optional<Loader> loaderFor(ModelVersion version, EngineOptions options) {
    return version.platform().equals(PLATFORM)
        ? Optional.of(new SavedModelLoader(version, options, this::library))
        : Optional.empty();
  }

  @Override
  public long liveTensors() {
    loading.lock();
    try {
      return library == null ? 0 : library.liveTensors();
    } finally {
      loading.unlock();
    }
  }

  /**
   * Returns the library; the first call unpacks it if need be, and loads it. A failed attempt is
   * repeated by the next call, for a full disk may have been emptied.
   */
  TfLibrary library() throws ServingException {
    loading.lock();
    try {
      TfLibrary known = library;
      if (known == null) {
        known = load();
        library = known;
      }
      return known;
    } finally {
      loading.unlock();
    }
  }

  private TfLibrary load() throws ServingException {
    try {
      NativeFiles files = NativeFiles.onClassPath(host.platform());
      SymbolLookup symbols = NativeLibrary.load(new NativeCache(host.cacheHome()).locate(files));
      TfLibrary loaded = new TfLibrary(symbols);
      LOG.log(Level.DEBUG, "Loaded libtensorflow {0}", loaded.version());
      return loaded;
    } catch (IOException | IllegalArgumentException | NoSuchElementException e) {
      throw new ServingException(
          Code.FAILED_PRECONDITION, "The TensorFlow library cannot be loaded: " + e.getMessage());
    }
  }
}
