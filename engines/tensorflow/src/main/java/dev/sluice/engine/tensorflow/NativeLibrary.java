package dev.sluice.engine.tensorflow;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Loads libraries into the process, for good: TensorFlow cannot be unloaded. */
final class NativeLibrary {
  private static final String LOG_LEVEL_VARIABLE = "TF_CPP_MIN_LOG_LEVEL";

  /** Errors only: what fails comes back as a status and is logged where it matters. */
  private static final String LOG_LEVEL = "2";

  private NativeLibrary() {}

  /**
   * Loads files in this order and returns a lookup over all of them.
   *
   * @throws IllegalArgumentException if one cannot be loaded
   */
  @SuppressWarnings("restricted") // loading native code is what this class is for
  static SymbolLookup load(List<Path> files) {
    defaultLogLevel();
    SymbolLookup all = name -> Optional.empty();
    for (Path file : files) {
      all = SymbolLookup.libraryLookup(file, Arena.global()).or(all);
    }
    return all;
  }

  /** The library reads its log level from the environment once; an operator's choice stays. */
  @SuppressWarnings("restricted") // setenv of the C library
  private static void defaultLogLevel() {
    MemorySegment setenv = Linker.nativeLinker().defaultLookup().findOrThrow("setenv");
    try (Arena arena = Arena.ofConfined()) {
      Downcalls.setEnvironment(
          setenv,
          arena.allocateFrom(LOG_LEVEL_VARIABLE).address(),
          arena.allocateFrom(LOG_LEVEL).address(),
          0);
    }
  }
}
