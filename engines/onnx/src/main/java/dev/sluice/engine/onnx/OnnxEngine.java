package dev.sluice.engine.onnx;

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
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/** Serves ONNX models: directories with a file {@code model.onnx}. */
public final class OnnxEngine implements Engine {
  private static final Logger LOG = System.getLogger(OnnxEngine.class.getName());
  private static final String NAME = "onnx";

  /** The last of the names is Triton's. */
  private static final Set<String> PLATFORMS = Set.of(NAME, "onnxruntime", "onnxruntime_onnx");

  private static final NativeArtifact ARTIFACT =
      new NativeArtifact("onnxruntime", "com.microsoft.onnxruntime", "onnxruntime");
  private static final String FOLDER = "ai/onnxruntime/native/";
  private static final List<String> LIBRARIES = List.of("libonnxruntime.so");

  /** What the artifact calls our platforms. */
  private static final Map<String, String> FOLDERS =
      Map.of("linux-x86_64", "linux-x64", "linux-arm64", "linux-aarch64");

  private final HostEnvironment host;
  private final LazyLibrary<OrtLibrary> library = new LazyLibrary<>(this::load);

  /** Creates the engine for ServiceLoader; reads the environment and does nothing else. */
  public OnnxEngine() {
    this(HostEnvironment.ofProcess());
  }

  OnnxEngine(HostEnvironment host) {
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
    return OnnxFiles.areIn(directory);
  }

  @Override
  public Loader loaderFor(ModelVersion version, EngineOptions options) {
    return new OnnxLoader(version, options, this::library);
  }

  @Override
  public long liveTensors() {
    return library.ifLoaded().map(OrtLibrary::liveTensors).orElse(0L);
  }

  /** Returns the library; the first call unpacks it if need be, and loads it. */
  OrtLibrary library() throws ServingException {
    return library.get();
  }

  private OrtLibrary load() throws ServingException {
    try {
      NativeFiles files =
          ARTIFACT.find(
              OnnxEngine.class.getClassLoader(),
              FOLDER + FOLDERS.getOrDefault(host.platform(), host.platform()),
              host.platform(),
              LIBRARIES);
      OrtLibrary loaded = new OrtLibrary(symbols(NativeCache.unpacked(host, files)));
      LOG.log(Level.DEBUG, "Loaded libonnxruntime {0}", loaded.version());
      return loaded;
    } catch (IOException | IllegalArgumentException | NoSuchElementException | OrtException e) {
      throw new ServingException(
          Code.FAILED_PRECONDITION, "The ONNX Runtime library cannot be loaded: " + e.getMessage());
    }
  }

  @SuppressWarnings("restricted") // loading native code is what this engine is for
  private static SymbolLookup symbols(List<Path> files) {
    return SymbolLookup.libraryLookup(files.getFirst(), Arena.global());
  }
}
