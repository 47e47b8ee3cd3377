package dev.sluice.engine.pytorch;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Memory of the C library by address, as native code sees it. */
@SuppressWarnings("restricted") // memory that native code has the address of
final class NativeMemory {
  /** All of the process's memory. */
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final MethodHandle MALLOC =
      function("malloc", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      function("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

  private NativeMemory() {}

  private static MethodHandle function(String name, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape);
  }

  /**
   * Returns the address of new memory.
   *
   * @throws OutOfMemoryError if there is none
   */
  static long allocate(long bytes) {
    long address = tryAllocate(bytes);
    if (address == 0) {
      throw new OutOfMemoryError(bytes + " bytes for a call of libtorch");
    }
    return address;
  }

  /** Returns the address of new memory, 0 if there is none. */
  static long tryAllocate(long bytes) {
    try {
      return (long) MALLOC.invokeExact(bytes);
    } catch (Throwable impossible) {
      throw new AssertionError("malloc throws nothing", impossible);
    }
  }

  /** Gives memory back. */
  static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable impossible) {
      throw new AssertionError("free throws nothing", impossible);
    }
  }

  static long getLong(long address) {
    return ALL.get(ValueLayout.JAVA_LONG, address);
  }

  static void setLong(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG, address, value);
  }

  static int getInt(long address) {
    return ALL.get(ValueLayout.JAVA_INT, address);
  }

  static void setInt(long address, int value) {
    ALL.set(ValueLayout.JAVA_INT, address, value);
  }

  static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }

  static void copy(byte[] from, long to) {
    MemorySegment.copy(from, 0, ALL, ValueLayout.JAVA_BYTE, to, from.length);
  }

  static void copy(long from, byte[] to) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, 0, to.length);
  }

  /** Returns the number of bytes before the zero that ends a C string, or {@code most}. */
  static long stringLength(long address, long most) {
    long length = 0;
    while (length < most && ALL.get(ValueLayout.JAVA_BYTE, address + length) != 0) {
      length++;
    }
    return length;
  }
}
