package dev.sluice.engine.tensorflow;

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
 * back. Deleting a tensor or running a session is none of those.
 */
@SuppressWarnings("restricted") // calling native code is what this class is for
final class Downcalls {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final Linker.Option QUICK = Linker.Option.critical(false);

  private static final MethodHandle LONG_OF_NOTHING = handle(FunctionDescriptor.of(LONG));
  private static final MethodHandle LONG_OF_LONG = handle(FunctionDescriptor.of(LONG, LONG));
  private static final MethodHandle LONG_OF_TWO = handle(FunctionDescriptor.of(LONG, LONG, LONG));
  private static final MethodHandle ALLOCATE =
      handle(FunctionDescriptor.of(LONG, INT, LONG, INT, LONG));
  private static final MethodHandle ADOPT =
      handle(FunctionDescriptor.of(LONG, INT, LONG, INT, LONG, LONG, LONG, LONG));
  private static final MethodHandle VOID_OF_LONG = handle(voids(1));
  private static final MethodHandle VOID_OF_TWO = handle(voids(2));
  private static final MethodHandle VOID_OF_THREE = handle(voids(3));
  private static final MethodHandle VOID_OF_FOUR = handle(voids(4));
  private static final MethodHandle SET_ENVIRONMENT =
      handle(FunctionDescriptor.of(INT, LONG, LONG, INT));
  private static final MethodHandle LOAD =
      handle(FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, INT, LONG, LONG, LONG));
  private static final MethodHandle RUN =
      handle(
          FunctionDescriptor.ofVoid(
              LONG, LONG, LONG, LONG, INT, LONG, LONG, INT, LONG, INT, LONG, LONG));
  private static final MethodHandle QUICK_LONG = quick(FunctionDescriptor.of(LONG, LONG));
  private static final MethodHandle QUICK_INT = quick(FunctionDescriptor.of(INT, LONG));
  private static final MethodHandle QUICK_LONG_AT = quick(FunctionDescriptor.of(LONG, LONG, INT));
  private static final MethodHandle QUICK_VOID = quick(FunctionDescriptor.ofVoid(LONG));

  private Downcalls() {}

  private static FunctionDescriptor voids(int parameters) {
    MemoryLayout[] layouts = new MemoryLayout[parameters];
    Arrays.fill(layouts, LONG);
    return FunctionDescriptor.ofVoid(layouts);
  }

  private static MethodHandle handle(FunctionDescriptor shape) {
    return Linker.nativeLinker().downcallHandle(shape);
  }

  private static MethodHandle quick(FunctionDescriptor shape) {
    return Linker.nativeLinker().downcallHandle(shape, QUICK);
  }

  static long longOf(MemorySegment function) {
    try {
      return (long) LONG_OF_NOTHING.invokeExact(function);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long longOf(MemorySegment function, long a) {
    try {
      return (long) LONG_OF_LONG.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long longOf(MemorySegment function, long a, long b) {
    try {
      return (long) LONG_OF_TWO.invokeExact(function, a, b);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long allocate(MemorySegment function, int type, long dims, int rank, long bytes) {
    try {
      return (long) ALLOCATE.invokeExact(function, type, dims, rank, bytes);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Calls TF_NewTensor without an argument for the deallocator. */
  static long adopt(
      MemorySegment function,
      int type,
      long dims,
      int rank,
      long data,
      long bytes,
      long deallocator) {
    try {
      return (long) ADOPT.invokeExact(function, type, dims, rank, data, bytes, deallocator, 0L);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static void call(MemorySegment function, long a) {
    try {
      VOID_OF_LONG.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static void call(MemorySegment function, long a, long b) {
    try {
      VOID_OF_TWO.invokeExact(function, a, b);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static void call(MemorySegment function, long a, long b, long c) {
    try {
      VOID_OF_THREE.invokeExact(function, a, b, c);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static void call(MemorySegment function, long a, long b, long c, long d) {
    try {
      VOID_OF_FOUR.invokeExact(function, a, b, c, d);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static int setEnvironment(MemorySegment function, long name, long value, int overwrite) {
    try {
      return (int) SET_ENVIRONMENT.invokeExact(function, name, value, overwrite);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Calls TF_LoadSessionFromSavedModel without run options. */
  static long load(
      MemorySegment function,
      long options,
      long directory,
      long tags,
      int tagCount,
      long graph,
      long metaGraph,
      long status) {
    try {
      return (long)
          LOAD.invokeExact(
              function, options, 0L, directory, tags, tagCount, graph, metaGraph, status);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  /** Calls TF_SessionRun without run options, targets and run metadata. */
  static void run(
      MemorySegment function,
      long session,
      long feeds,
      long feedValues,
      int feedCount,
      long fetches,
      long fetchValues,
      int fetchCount,
      long status) {
    try {
      RUN.invokeExact(
          function,
          session,
          0L,
          feeds,
          feedValues,
          feedCount,
          fetches,
          fetchValues,
          fetchCount,
          0L,
          0,
          0L,
          status);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long quickLong(MemorySegment function, long a) {
    try {
      return (long) QUICK_LONG.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static int quickInt(MemorySegment function, long a) {
    try {
      return (int) QUICK_INT.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static long quickLong(MemorySegment function, long a, int index) {
    try {
      return (long) QUICK_LONG_AT.invokeExact(function, a, index);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  static void quickCall(MemorySegment function, long a) {
    try {
      QUICK_VOID.invokeExact(function, a);
    } catch (Throwable impossible) {
      throw thrown(impossible);
    }
  }

  private static AssertionError thrown(Throwable cause) {
    return new AssertionError("a C function throws nothing", cause);
  }
}
