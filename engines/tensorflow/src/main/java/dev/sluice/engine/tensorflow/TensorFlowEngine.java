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
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
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

  /** Libraries with operations that have been loaded. */
  @GuardedBy("loading")
  private final Set<Path> operations = new HashSet<>();

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
        ? Optional.of(
            new SavedModelLoader(version, options, () -> library(options.operationLibraries())))
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

  /** Returns the library with the operations of other libraries loaded into it. */
  private TfLibrary library(List<Path> operationLibraries) throws ServingException {
    TfLibrary loaded = library();
    loading.lock();
    try {
      for (Path file : operationLibraries) {
        if (!operations.contains(file)) {
          loadOperations(loaded, file);
          operations.add(file);
        }
      }
      return loaded;
    } finally {
      loading.unlock();
    }
  }

  private static void loadOperations(TfLibrary library, Path file) throws ServingException {
    try {
      library.loadOperations(file.toString());
      LOG.log(Level.INFO, "Loaded operations from {0}", file);
    } catch (ServingException e) {
      throw new ServingException(
          e.code(), "The operations of %s cannot be loaded: %s".formatted(file, e.text()));
    }
  }

  /**
   * Returns where the files are; a user without a writable home has them beside temporary files.
   */
  private List<Path> unpacked(NativeFiles files) throws IOException {
    try {
      return new NativeCache(host.cacheHome()).locate(files);
    } catch (IOException e) {
      if (host.secondCacheHome().isEmpty()) {
        throw e;
      }
      Path second;
      try {
        second = PrivateDirectory.of(host.secondCacheHome().get());
      } catch (IOException neither) {
        e.addSuppressed(neither);
        throw e;
      }
      LOG.log(Level.WARNING, "{0}; using {1} meanwhile", e.getMessage(), second);
      return new NativeCache(second).locate(files);
    }
  }

  private TfLibrary load() throws ServingException {
    try {
      NativeFiles files = NativeFiles.onClassPath(host.platform());
      SymbolLookup symbols = NativeLibrary.load(unpacked(files));
      TfLibrary loaded = new TfLibrary(symbols);
      LOG.log(Level.DEBUG, "Loaded libtensorflow {0}", loaded.version());
      return loaded;
    } catch (IOException | IllegalArgumentException | NoSuchElementException e) {
      throw new ServingException(
          Code.FAILED_PRECONDITION, "The TensorFlow library cannot be loaded: " + e.getMessage());
    }
  }
}
