package dev.sluice.engine.pytorch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The table of functions in which the glue looks up how to read and make Java objects, filled with
 * functions for those of a {@link GlueCall}. The places in the table are fixed by the JNI
 * specification.
 *
 * <p>A function that is not needed does nothing and returns 0; that serves for those, too, by which
 * the glue looks up classes and methods, releases arrays and writes to its log. None throws, since
 * that would end the process; they allocate little.
 */
@SuppressWarnings({"restricted", "unused"}) // native code calls these
final class GlueTable {
  private static final int FUNCTIONS = 235;

  /** A message can hold all of a module's source. */
  private static final int MOST_MESSAGE_BYTES = 64 << 10;

  private static final int THROW_NEW = 14;
  private static final int CALL_OBJECT_METHOD_V = 35;
  private static final int NEW_STRING_UTF = 167;
  private static final int GET_ARRAY_LENGTH = 171;
  private static final int NEW_LONG_ARRAY = 180;
  private static final int GET_BYTE_ARRAY_ELEMENTS = 184;
  private static final int GET_INT_ARRAY_ELEMENTS = 187;
  private static final int GET_LONG_ARRAY_ELEMENTS = 188;
  private static final int SET_LONG_ARRAY_REGION = 212;

  /** Where the table lies, for the life of the process. */
  static final long ADDRESS = create();

  private GlueTable() {}

  private static long create() {
    MemorySegment table = Arena.global().allocate(ValueLayout.JAVA_LONG, FUNCTIONS);
    long nothing = stub("nothing");
    for (int i = 0; i < FUNCTIONS; i++) {
      set(table, i, nothing);
    }
    set(table, THROW_NEW, stub("throwNew", long.class, long.class));
    set(table, CALL_OBJECT_METHOD_V, stub("callObjectMethod", long.class));
    set(table, NEW_STRING_UTF, stub("newString", long.class));
    set(table, GET_ARRAY_LENGTH, stub("arrayLength", long.class));
    set(table, NEW_LONG_ARRAY, stub("newLongArray", int.class));
    long elements = stub("arrayElements", long.class);
    set(table, GET_BYTE_ARRAY_ELEMENTS, elements);
    set(table, GET_INT_ARRAY_ELEMENTS, elements);
    set(table, GET_LONG_ARRAY_ELEMENTS, elements);
    set(
        table,
        SET_LONG_ARRAY_REGION,
        stub("setLongArrayRegion", long.class, int.class, int.class, long.class));
    return table.address();
  }

  private static void set(MemorySegment table, int function, long address) {
    table.setAtIndex(ValueLayout.JAVA_LONG, function, address);
  }

  /**
   * Returns the address of a function of this class, which has the environment as its first
   * parameter and gives a long. The caller may pass more than the function takes: that stays in
   * registers unread.
   */
  private static long stub(String name, Class<?>... others) {
    MethodType type = MethodType.methodType(long.class, long.class, others);
    MemoryLayout[] layouts =
        type.parameterList().stream().map(GlueTable::layout).toArray(MemoryLayout[]::new);
    try {
      return Linker.nativeLinker()
          .upcallStub(
              MethodHandles.lookup().findStatic(GlueTable.class, name, type),
              FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts),
              Arena.global())
          .address();
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError(name, impossible);
    }
  }

  private static MemoryLayout layout(Class<?> type) {
    return type == int.class ? ValueLayout.JAVA_INT : ValueLayout.JAVA_LONG;
  }

  private static long nothing(long environment) {
    return 0;
  }

  static long throwNew(long environment, long type, long message) {
    GlueCall.thrown(environment, newString(environment, message, MOST_MESSAGE_BYTES));
    return 0;
  }

  /** The one method that is called is getBytes of a string: its bytes are its elements. */
  private static long callObjectMethod(long environment, long object) {
    return object;
  }

  private static long newString(long environment, long characters) {
    return newString(environment, characters, Integer.MAX_VALUE);
  }

  private static long newString(long environment, long characters, int mostBytes) {
    long length = NativeMemory.stringLength(characters, mostBytes);
    long reference = GlueCall.createForGlue(environment, length, 1);
    NativeMemory.copy(characters, GlueCall.elements(reference), GlueCall.length(reference));
    return reference;
  }

  private static long arrayLength(long environment, long array) {
    return GlueCall.length(array);
  }

  private static long newLongArray(long environment, int length) {
    return GlueCall.createForGlue(environment, length, Long.BYTES);
  }

  private static long arrayElements(long environment, long array) {
    return GlueCall.elements(array);
  }

  static long setLongArrayRegion(long environment, long array, int start, int length, long values) {
    // An array that there was no memory for has no elements, whatever the glue asked for.
    if ((long) start + length <= GlueCall.length(array)) {
      long to = GlueCall.elements(array) + (long) start * Long.BYTES;
      NativeMemory.copy(values, to, (long) length * Long.BYTES);
    }
    return 0;
  }
}
