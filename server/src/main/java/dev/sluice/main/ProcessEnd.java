package dev.sluice.main;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Ends the process. */
final class ProcessEnd {
  private ProcessEnd() {}

  /**
   * Ends the process at once by {@code _exit(2)}. The JVM's own ways, {@link Runtime#halt} too, end
   * in {@code exit(3)}, which takes an engine's static objects apart while its threads may still be
   * in a run or a load.
   */
  @SuppressWarnings("restricted") // the launcher enables native access
  static void now(int status) {
    try {
      Linker linker = Linker.nativeLinker();
      MethodHandle exit =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("_exit"),
              FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
      exit.invokeExact(status);
    } catch (Throwable noSuchCall) {
      Runtime.getRuntime().halt(status);
    }
  }
}
