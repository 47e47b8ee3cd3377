package dev.sluice.engine.pytorch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Loads libraries into the process, for good. */
final class NativeLibrary {
  /** An operator's own value stays. What fails is thrown as well, so only the worst is logged. */
  private static final String LOG_LEVEL_VARIABLE = "TORCH_CPP_LOG_LEVEL";

  private static final String LOG_LEVEL = "FATAL";

  private NativeLibrary() {}

  /**
   * Loads files in this order and returns a lookup over all of them.
   *
   * @throws IllegalArgumentException if one cannot be loaded
   */
  @SuppressWarnings("restricted") // loading native code is what this class is for
  static SymbolLookup load(List<Path> files) {
    setDefaultVariable(LOG_LEVEL_VARIABLE, LOG_LEVEL);
    SymbolLookup all = name -> Optional.empty();
    for (Path file : files) {
      all = SymbolLookup.libraryLookup(file, Arena.global()).or(all);
    }
    return all;
  }

  /** Through the C library: Java cannot change the environment that native code sees. */
  @SuppressWarnings("restricted") // setenv of the C library
  private static void setDefaultVariable(String name, String value) {
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      var _ =
          (int)
              setenv.invokeExact(
                  arena.allocateFrom(name).address(), arena.allocateFrom(value).address(), 0);
    } catch (Throwable impossible) {
      throw new AssertionError("setenv throws nothing", impossible);
    }
  }
}
