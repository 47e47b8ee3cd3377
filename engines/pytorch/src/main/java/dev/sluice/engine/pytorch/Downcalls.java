package dev.sluice.engine.pytorch;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls of C functions, one method for each shape of arguments and result.
 *
 * <p>A handle that takes the function's address as its first argument can be a constant of the
 * class, although the library is found at run time only; the compiler then inlines the call.
 * Pointers are passed as long, so that a call makes no garbage.
 */
@SuppressWarnings("restricted") // calling native code is what this class is for
final class Downcalls {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  /** JNI's boolean. */
  private static final ValueLayout.OfByte BOOLEAN = ValueLayout.JAVA_BYTE;

  private static final byte FALSE = 0;
  private static final byte TRUE = 1;

  /** The object whose method the glue thinks is called; it does not look at it. */
  private static final long THIS = 0;

  private static final MethodHandle GLUE_VOID = handle(FunctionDescriptor.ofVoid(LONG, LONG, LONG));
  private static final MethodHandle GLUE_LONG =
      handle(FunctionDescriptor.of(LONG, LONG, LONG, LONG));
  private static final MethodHandle GLUE_INT = handle(FunctionDescriptor.of(INT, LONG, LONG, LONG));
  private static final MethodHandle GLUE_SET = handle(FunctionDescriptor.ofVoid(LONG, LONG, INT));
  private static final MethodHandle GLUE_LOAD =
      handle(FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, BOOLEAN, LONG, LONG, BOOLEAN));
  private static final MethodHandle GLUE_RUN =
      handle(FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, BOOLEAN, BOOLEAN));
  private static final MethodHandle STATUS_OF_ONE = handle(FunctionDescriptor.of(INT, LONG));
  private static final MethodHandle STATUS_OF_TWO = handle(FunctionDescriptor.of(INT, LONG, LONG));
  private static final MethodHandle COPY = handle(FunctionDescriptor.of(INT, LONG, LONG, INT));
  private static final MethodHandle FROM_BLOB =
      handle(FunctionDescriptor.of(INT, LONG, LONG, LONG, LONG, LONG, INT, INT, INT, LONG));

  private Downcalls() {}

  private static MethodHandle handle(FunctionDescriptor shape) {
    return Linker.nativeLinker().downcallHandle(shape);
  }

  static void glueVoid(MemorySegment function, long environment, long handle) {
    try {
      GLUE_VOID.invokeExact(function, environment, THIS, handle);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long glueLong(MemorySegment function, long environment, long handle) {
    try {
      return (long) GLUE_LONG.invokeExact(function, environment, THIS, handle);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static int glueInt(MemorySegment function, long environment, long handle) {
    try {
      return (int) GLUE_INT.invokeExact(function, environment, THIS, handle);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static void glueSet(MemorySegment function, long environment, int value) {
    try {
      GLUE_SET.invokeExact(function, environment, THIS, value);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Loads a module to a device, for inference. */
  static long glueLoad(
      MemorySegment function, long environment, long path, long device, long noFiles) {
    try {
      return (long)
          GLUE_LOAD.invokeExact(
              function, environment, THIS, path, device, TRUE, noFiles, noFiles, FALSE);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Runs a method of a module, for inference. */
  static long glueRun(
      MemorySegment function, long environment, long module, long method, long arguments) {
    try {
      return (long)
          GLUE_RUN.invokeExact(
              function, environment, THIS, module, method, arguments, FALSE, FALSE);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static int status(MemorySegment function, long a) {
    try {
      return (int) STATUS_OF_ONE.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static int status(MemorySegment function, long a, long b) {
    try {
      return (int) STATUS_OF_TWO.invokeExact(function, a, b);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Copies the elements of one tensor to another of the same shape; returns when it has. */
  static int copy(MemorySegment function, long to, long from) {
    try {
      return (int) COPY.invokeExact(function, to, from, 0);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Makes a tensor of memory that stays somebody else's. */
  static int fromBlob(
      MemorySegment function,
      long data,
      long rank,
      long sizes,
      long strides,
      int type,
      int device,
      long result) {
    try {
      return (int)
          FROM_BLOB.invokeExact(function, data, rank, sizes, strides, 0L, type, device, 0, result);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  private static AssertionError thrown(Throwable impossible) {
    return new AssertionError("C functions throw nothing", impossible);
  }
}
