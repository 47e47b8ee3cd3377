package dev.sluice.engine.pytorch;

import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Loads one TorchScript module. Calls never overlap, as the interface has it. */
final class TorchScriptLoader implements Loader {
  /** What clients of TensorFlow Serving expect of a signature for Predict. */
  private static final String METHOD_NAME = "tensorflow/serving/predict";

  /** A file up to this size makes a small model: threads would cost it more than they bring. */
  private static final long SMALL_BYTES = 8L << 20;

  private final ModelVersion version;
  private final EngineOptions options;
  private final LibrarySource libraries;
  private final LiveTensors tensors;
  private @Nullable TorchScriptServable loaded;

  /** Where the library comes from: the first call may unpack and load it. */
  @FunctionalInterface
  interface LibrarySource {
    Libtorch get() throws ServingException;
  }

  TorchScriptLoader(
      ModelVersion version, EngineOptions options, LibrarySource libraries, LiveTensors tensors) {
    this.version = version;
    this.options = options;
    this.libraries = libraries;
    this.tensors = tensors;
  }

  @Override
  public ResourceEstimate estimate() throws ServingException {
    long bytes = fileSize();
    return new ResourceEstimate(bytes + bytes / 5);
  }

  @Override
  public Servable load() throws ServingException {
    if (loaded != null) {
      throw new IllegalStateException(version.id() + " is loaded already");
    }
    try {
      return loadModule();
    } catch (OutOfMemoryError e) {
      // The source or a call of libtorch did not fit; what had been read is garbage now.
      throw new ServingException(
          Code.RESOURCE_EXHAUSTED,
          "Cannot load %s from %s: out of memory: %s"
              .formatted(version.id(), file(), e.getMessage()));
    }
  }

  private Servable loadModule() throws ServingException {
    int threads = threads(fileSize());
    Forward forward = Forward.of(TorchArchive.read(file()));
    Libtorch library = libraries.get();
    LoadedModule module = new LoadedModule(load(library), forward, threads);
    TorchScriptServable servable =
        new TorchScriptServable(version.id(), library, module, signature(forward), tensors);
    loaded = servable;
    return servable;
  }

  private Path file() {
    return options.model().file(version.path(), TorchArchive.FILE);
  }

  private long fileSize() throws ServingException {
    try {
      return Files.size(file());
    } catch (IOException e) {
      boolean isThere = Files.exists(file(), LinkOption.NOFOLLOW_LINKS);
      throw new ServingException(
          isThere ? Code.PERMISSION_DENIED : Code.NOT_FOUND,
          "%s: expected a TorchScript module in %s, found %s"
              .formatted(version.id(), file(), isThere ? e.toString() : "no such file"));
    }
  }

  private int threads(long modelBytes) {
    int processors = Runtime.getRuntime().availableProcessors();
    int chosen = modelBytes <= SMALL_BYTES ? 1 : processors;
    return options.intraOpThreads() > 0 ? options.intraOpThreads() : chosen;
  }

  private long load(Libtorch library) throws ServingException {
    try {
      return library.load(file());
    } catch (TorchException e) {
      throw ServingException.invalidArgument(
          "%s: libtorch cannot load %s: %s"
              .formatted(version.id(), file(), RunErrors.reason(e.text())));
    }
  }

  /** Returns what clients may call. A module declares neither types of elements nor shapes. */
  private static Signature signature(Forward forward) {
    return new Signature(
        Signature.DEFAULT_KEY,
        METHOD_NAME,
        undeclared(forward.arguments()),
        undeclared(forward.outcome().names()),
        Map.of());
  }

  private static List<TensorSpec> undeclared(List<String> names) {
    return names.stream()
        .map(name -> new TensorSpec(name, null, false, Shape.unknownRank(), name))
        .toList();
  }

  @Override
  public void unload() {
    TorchScriptServable servable = loaded;
    if (servable != null) {
      loaded = null;
      servable.free();
    }
  }
}
