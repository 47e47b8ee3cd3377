package dev.sluice.engine.natives;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The C library's heap, where engines have their weights. Thread-safe. */
public final class NativeHeap {
  /** Only the GNU C library has it; others give back by themselves. */
  @SuppressWarnings("restricted") // malloc_trim of the C library
  private static final Optional<MethodHandle> TRIM =
      Linker.nativeLinker()
          .defaultLookup()
          .find("malloc_trim")
          .map(
              address ->
                  Linker.nativeLinker()
                      .downcallHandle(
                          address,
                          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));

  private NativeHeap() {}

  /**
   * Gives the system what has been freed, after something large. The C library keeps it for the
   * next time otherwise: of a model of 100 MB nothing came back. Takes milliseconds, and who
   * allocates meanwhile may wait for as long.
   */
  public static void giveBack() {
    TRIM.ifPresent(NativeHeap::trim);
  }

  private static void trim(MethodHandle handle) {
    try {
      var _ = (int) handle.invokeExact(0L);
    } catch (Throwable impossible) {
      throw new AssertionError("malloc_trim throws nothing", impossible);
    }
  }
}
