package dev.sluice.engine.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalLong;

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

  /** The fields of {@code struct mallinfo2}; all are of the same size. */
  private static final int INFO_FIELDS = 10;

  /** Bytes in regions of their own, which large blocks have. */
  private static final int MAPPED = 4;

  /** Bytes in use of the arenas. */
  private static final int USED = 7;

  private static final MemoryLayout INFO =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(INFO_FIELDS, ValueLayout.JAVA_LONG));

  /** Of the GNU C library since 2.33. */
  @SuppressWarnings("restricted") // mallinfo2 of the C library
  private static final Optional<MethodHandle> INFORM =
      Linker.nativeLinker()
          .defaultLookup()
          .find("mallinfo2")
          .map(
              address ->
                  Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(INFO)));

  private NativeHeap() {}

  /**
   * Returns how many bytes are allocated; empty if the C library does not tell. Takes up to some
   * milliseconds, and who allocates meanwhile may wait for as long.
   */
  static OptionalLong allocatedBytes() {
    return INFORM.isEmpty() ? OptionalLong.empty() : OptionalLong.of(allocated(INFORM.get()));
  }

  private static long allocated(MethodHandle handle) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = (MemorySegment) handle.invokeExact((SegmentAllocator) arena);
      return info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED)
          + info.getAtIndex(ValueLayout.JAVA_LONG, USED);
    } catch (Throwable impossible) {
      throw new AssertionError("mallinfo2 throws nothing", impossible);
    }
  }

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
