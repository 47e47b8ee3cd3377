package dev.sluice.engine.tensorflow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.natives.HostEnvironment;
import dev.sluice.engine.natives.LazyLibrary;
import dev.sluice.engine.natives.NativeArtifact;
import dev.sluice.engine.natives.NativeCache;
import dev.sluice.engine.natives.NativeFiles;
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
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Serves SavedModels.
 *
 * <p>A process should have one engine: a second one shares the library only if it finds it in the
 * same cache directory, and a second copy of the library ends the process.
 */
public final class TensorFlowEngine implements Engine {
  private static final Logger LOG = System.getLogger(TensorFlowEngine.class.getName());
  private static final String NAME = "tensorflow";

  /** The last of the names is Triton's. */
  private static final Set<String> PLATFORMS = Set.of(NAME, "tensorflow_savedmodel");

  private static final NativeArtifact ARTIFACT =
      new NativeArtifact(NAME, "org.tensorflow", "tensorflow-core-native");
  private static final String FOLDER = "org/tensorflow/internal/c_api/";

  /** In the order of loading: the second needs the first. */
  private static final List<String> LIBRARIES =
      List.of("libtensorflow_framework.so.2", "libtensorflow_cc.so.2");

  private final HostEnvironment host;
  private final LazyLibrary<TfLibrary> library = new LazyLibrary<>(this::load);

  private final ReentrantLock loadingOperations = new ReentrantLock();

  /** Libraries with operations that have been loaded. */
  @GuardedBy("loadingOperations")
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
    return NAME;
  }

  @Override
  public Set<String> platforms() {
    return PLATFORMS;
  }

  @Override
  public boolean recognizes(Path directory) {
    return SavedModelFiles.areIn(directory);
  }

  @Override
  public Loader loaderFor(ModelVersion version, EngineOptions options) {
    return new SavedModelLoader(version, options, () -> library(options.operationLibraries()));
  }

  @Override
  public long liveTensors() {
    return library.ifLoaded().map(TfLibrary::liveTensors).orElse(0L);
  }

  /** Returns the library; the first call unpacks it if need be, and loads it. */
  TfLibrary library() throws ServingException {
    return library.get();
  }

  /** Returns the library with the operations of other libraries loaded into it. */
  private TfLibrary library(List<Path> operationLibraries) throws ServingException {
    TfLibrary loaded = library();
    loadingOperations.lock();
    try {
      for (Path file : operationLibraries) {
        if (!operations.contains(file)) {
          loadOperations(loaded, file);
          operations.add(file);
        }
      }
      return loaded;
    } finally {
      loadingOperations.unlock();
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

  private TfLibrary load() throws ServingException {
    try {
      NativeFiles files =
          ARTIFACT.find(
              TensorFlowEngine.class.getClassLoader(),
              FOLDER + host.platform(),
              host.platform(),
              LIBRARIES);
      SymbolLookup symbols = NativeLibrary.load(NativeCache.unpacked(host, files));
      TfLibrary loaded = new TfLibrary(symbols);
      LOG.log(Level.DEBUG, "Loaded libtensorflow {0}", loaded.version());
      return loaded;
    } catch (IOException | IllegalArgumentException | NoSuchElementException e) {
      throw new ServingException(
          Code.FAILED_PRECONDITION, "The TensorFlow library cannot be loaded: " + e.getMessage());
    }
  }
}
