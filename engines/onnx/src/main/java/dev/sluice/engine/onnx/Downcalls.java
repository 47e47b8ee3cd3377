package dev.sluice.engine.onnx;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Calls of C functions, one method for each shape of arguments and result.
 *
 * <p>A handle that takes the function's address as its first argument can be a constant of the
 * class, although the library is found at run time only; the compiler then inlines the call.
 * Pointers are passed as long, so that a call makes no garbage.
 *
 * <p>A <em>quick</em> call keeps the thread in the state of Java code, and so holds up a garbage
 * collection while it runs: it is for functions of a few instructions that never block, log or call
 * back. Releasing a value or running a session is none of those.
 */
@SuppressWarnings("restricted") // calling native code is what this class is for
final class Downcalls {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final Linker.Option QUICK = Linker.Option.critical(false);

  private static final MethodHandle LONG_OF_NOTHING = handle(FunctionDescriptor.of(LONG));
  private static final MethodHandle LONG_OF_INT = handle(FunctionDescriptor.of(LONG, INT));
  private static final MethodHandle LONG_OF_ONE = handle(longs(1));
  private static final MethodHandle LONG_OF_TWO = handle(longs(2));
  private static final MethodHandle LONG_OF_THREE = handle(longs(3));
  private static final MethodHandle LONG_OF_FOUR = handle(longs(4));
  private static final MethodHandle LONG_OF_FIVE = handle(longs(5));
  private static final MethodHandle RUN = handle(longs(8));
  private static final MethodHandle SET_NUMBER = handle(FunctionDescriptor.of(LONG, LONG, INT));
  private static final MethodHandle CREATE_ENV =
      handle(FunctionDescriptor.of(LONG, INT, LONG, LONG));
  private static final MethodHandle CREATE_MEMORY_INFO =
      handle(FunctionDescriptor.of(LONG, INT, INT, LONG));
  private static final MethodHandle CREATE_TENSOR =
      handle(FunctionDescriptor.of(LONG, LONG, LONG, LONG, INT, LONG));
  private static final MethodHandle WRAP_MEMORY =
      handle(FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, INT, LONG));
  private static final MethodHandle VOID_OF_ONE = handle(FunctionDescriptor.ofVoid(LONG));
  private static final MethodHandle INT_OF_ONE = handle(FunctionDescriptor.of(INT, LONG));
  private static final MethodHandle BOOLEAN_OF_ONE =
      handle(FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, LONG));
  private static final MethodHandle QUICK_OF_TWO = quick(longs(2));
  private static final MethodHandle QUICK_OF_FOUR = quick(longs(4));

  private Downcalls() {}

  private static FunctionDescriptor longs(int parameters) {
    MemoryLayout[] layouts = new MemoryLayout[parameters];
    Arrays.fill(layouts, LONG);
    return FunctionDescriptor.of(LONG, layouts);
  }

  private static MethodHandle handle(FunctionDescriptor shape) {
    return Linker.nativeLinker().downcallHandle(shape);
  }

  private static MethodHandle quick(FunctionDescriptor shape) {
    return Linker.nativeLinker().downcallHandle(shape, QUICK);
  }

  static long call(MemorySegment function) {
    try {
      return (long) LONG_OF_NOTHING.invokeExact(function);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long call(MemorySegment function, int a) {
    try {
      return (long) LONG_OF_INT.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long call(MemorySegment function, long a) {
    try {
      return (long) LONG_OF_ONE.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long call(MemorySegment function, long a, long b) {
    try {
      return (long) LONG_OF_TWO.invokeExact(function, a, b);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long call(MemorySegment function, long a, long b, long c) {
    try {
      return (long) LONG_OF_THREE.invokeExact(function, a, b, c);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long call(MemorySegment function, long a, long b, long c, long d) {
    try {
      return (long) LONG_OF_FOUR.invokeExact(function, a, b, c, d);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long call(MemorySegment function, long a, long b, long c, long d, long e) {
    try {
      return (long) LONG_OF_FIVE.invokeExact(function, a, b, c, d, e);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long run(
      MemorySegment function,
      long session,
      long options,
      long inputNames,
      long inputs,
      long inputCount,
      long outputNames,
      long outputCount,
      long outputs) {
    try {
      return (long)
          RUN.invokeExact(
              function,
              session,
              options,
              inputNames,
              inputs,
              inputCount,
              outputNames,
              outputCount,
              outputs);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Calls one of the functions that set a number or an enum of an object. */
  static long set(MemorySegment function, long object, int number) {
    try {
      return (long) SET_NUMBER.invokeExact(function, object, number);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long createEnv(MemorySegment function, int level, long name, long out) {
    try {
      return (long) CREATE_ENV.invokeExact(function, level, name, out);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long createMemoryInfo(MemorySegment function, int allocator, int memory, long out) {
    try {
      return (long) CREATE_MEMORY_INFO.invokeExact(function, allocator, memory, out);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long createTensor(
      MemorySegment function, long allocator, long dims, long rank, int type, long out) {
    try {
      return (long) CREATE_TENSOR.invokeExact(function, allocator, dims, rank, type, out);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Calls CreateTensorWithDataAsOrtValue. */
  static long wrapMemory(
      MemorySegment function,
      long info,
      long data,
      long bytes,
      long dims,
      long rank,
      int type,
      long out) {
    try {
      return (long) WRAP_MEMORY.invokeExact(function, info, data, bytes, dims, rank, type, out);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static void release(MemorySegment function, long object) {
    try {
      VOID_OF_ONE.invokeExact(function, object);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static int intOf(MemorySegment function, long a) {
    try {
      return (int) INT_OF_ONE.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static boolean booleanOf(MemorySegment function, long a) {
    try {
      return (boolean) BOOLEAN_OF_ONE.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long quick(MemorySegment function, long a, long b) {
    try {
      return (long) QUICK_OF_TWO.invokeExact(function, a, b);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long quick(MemorySegment function, long a, long b, long c, long d) {
    try {
      return (long) QUICK_OF_FOUR.invokeExact(function, a, b, c, d);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  private static AssertionError thrown(Throwable cause) {
    return new AssertionError("a C function throws nothing", cause);
  }
}
