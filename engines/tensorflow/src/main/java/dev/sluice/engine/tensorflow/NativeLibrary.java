package dev.sluice.engine.tensorflow;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Loads libraries into the process, for good: TensorFlow cannot be unloaded. */
final class NativeLibrary {
  /**
   * What the library reads from the environment, once; an operator's own values stay. Only its
   * errors are logged, since what fails comes back as a status as well. And every session has its
   * own threads within operations; by default all have those of the first session. And what models
   * allocate comes from the C library, which can give it back; oneDNN's own pool keeps all that it
   * ever had, and was no faster.
   */
  private static final Map<String, String> DEFAULT_VARIABLES =
      Map.of(
          "TF_CPP_MIN_LOG_LEVEL",
          "2",
          "TF_OVERRIDE_GLOBAL_THREADPOOL",
          "1",
          "TF_ONEDNN_USE_SYSTEM_ALLOCATOR",
          "1");

  private NativeLibrary() {}

  /**
   * Loads files in this order and returns a lookup over all of them.
   *
   * @throws IllegalArgumentException if one cannot be loaded
   */
  @SuppressWarnings("restricted") // loading native code is what this class is for
  static SymbolLookup load(List<Path> files) {
    setDefaultVariables();
    SymbolLookup all = name -> Optional.empty();
    for (Path file : files) {
      all = SymbolLookup.libraryLookup(file, Arena.global()).or(all);
    }
    return all;
  }

  /** Through the C library: Java cannot change the environment that native code sees. */
  @SuppressWarnings("restricted") // setenv of the C library
  private static void setDefaultVariables() {
    MemorySegment setenv = Linker.nativeLinker().defaultLookup().findOrThrow("setenv");
    try (Arena arena = Arena.ofConfined()) {
      DEFAULT_VARIABLES.forEach(
          (name, value) ->
              Downcalls.setEnvironment(
                  setenv,
                  arena.allocateFrom(name).address(),
                  arena.allocateFrom(value).address(),
                  0));
    }
  }
}
