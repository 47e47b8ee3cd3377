package dev.sluice.engine.pytorch;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.natives.HostEnvironment;
import dev.sluice.engine.natives.LazyLibrary;
import dev.sluice.engine.natives.NativeArtifact;
import dev.sluice.engine.natives.NativeCache;
import dev.sluice.engine.natives.NativeFile;
import dev.sluice.engine.natives.NativeFiles;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/** Serves TorchScript modules. */
public final class PyTorchEngine implements Engine {
  private static final String NAME = "pytorch";

  /** The last of the names is Triton's. */
  private static final Set<String> PLATFORMS = Set.of(NAME, "torchscript", "pytorch_libtorch");

  private static final String GROUP = "ai.djl.pytorch";
  private static final NativeArtifact LIBTORCH =
      new NativeArtifact(NAME, GROUP, "pytorch-native-cpu");
  private static final NativeArtifact GLUE = new NativeArtifact(NAME, GROUP, "pytorch-jni");

  /** In the order of loading: each needs those before it. */
  private static final List<String> LIBTORCH_FILES =
      List.of("libgomp-98b21ff3.so.1", "libc10.so", "libtorch_cpu.so", "libtorch.so");

  private static final List<String> GLUE_FILES = List.of("libdjl_torch.so");

  private final HostEnvironment host;
  private final LiveTensors tensors = new LiveTensors();
  private final LazyLibrary<Libtorch> library = new LazyLibrary<>(this::load);

  /** Creates the engine for ServiceLoader; reads the environment and does nothing else. */
  public PyTorchEngine() {
    this(HostEnvironment.ofProcess());
  }

  PyTorchEngine(HostEnvironment host) {
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
    return Files.exists(directory.resolve(TorchArchive.FILE));
  }

  @Override
  public Loader loaderFor(ModelVersion version, EngineOptions options) {
    return new TorchScriptLoader(version, options, this::library, tensors);
  }

  @Override
  public long liveTensors() {
    return tensors.count();
  }

  /** Returns the library; the first call unpacks it if need be, and loads it. */
  Libtorch library() throws ServingException {
    return library.get();
  }

  private Libtorch load() throws ServingException {
    try {
      return new Libtorch(NativeLibrary.load(NativeCache.unpacked(host, files())));
    } catch (IOException | IllegalArgumentException | NoSuchElementException e) {
      throw new ServingException(
          Code.FAILED_PRECONDITION, "The PyTorch library cannot be loaded: " + e.getMessage());
    }
  }

  /** The files of both artifacts lie in one directory, where they find each other. */
  private NativeFiles files() throws IOException {
    ClassLoader loader = PyTorchEngine.class.getClassLoader();
    String platform = host.platform();
    List<NativeFile> files = new ArrayList<>();
    files.addAll(
        LIBTORCH.find(loader, "pytorch/cpu/" + platform, platform, LIBTORCH_FILES).files());
    files.addAll(GLUE.find(loader, "jnilib/" + platform + "/cpu", platform, GLUE_FILES).files());
    return new NativeFiles(NAME + "-" + platform, files);
  }
}
