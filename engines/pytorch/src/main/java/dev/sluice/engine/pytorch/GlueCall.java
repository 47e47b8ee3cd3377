package dev.sluice.engine.pytorch;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The environment of some calls of the glue, which stands in for JNI's: what they are given, what
 * they create, and what they throw. Used by one thread; closing frees it all.
 *
 * <p>What takes the place of a Java object, an array or a string in UTF-8, is a block of native
 * memory; the glue passes its reference around and asks for its length and its elements:
 *
 * <pre>
 *   block      long    the block made before it, 0 in the first
 *   reference  long    length, in elements
 *   elements   ...     bytes, ints or longs
 * </pre>
 */
final class GlueCall implements AutoCloseable {
  /*
   * The environment, which every function of the table is given:
   *   0   address of the table of functions, as JNI has it
   *   8   the block made last
   *   16  reference of what has been thrown, a string; or 0
   *   24  where functions of the C API put their result
   *   32  1 if there was no memory for something that the glue wanted to create
   */
  private static final long BYTES = 40;
  private static final long LAST_BLOCK = 8;
  private static final long THROWN = 16;
  private static final long RESULT = 24;
  private static final long IS_SHORT = 32;

  private static final long HEADER_BYTES = 16;

  /** What stands for something that there is no memory for: it has no elements. */
  private static final long NOTHING = newNothing();

  private final long environment = NativeMemory.allocate(BYTES);

  GlueCall() {
    NativeMemory.setLong(environment, GlueTable.ADDRESS);
    NativeMemory.setLong(environment + LAST_BLOCK, 0);
    NativeMemory.setLong(environment + THROWN, 0);
    NativeMemory.setLong(environment + IS_SHORT, 0);
  }

  private static long newNothing() {
    long reference = NativeMemory.allocate(Long.BYTES);
    NativeMemory.setLong(reference, 0);
    return reference;
  }

  /** Returns the address that the glue takes for JNI's environment. */
  long environment() {
    return environment;
  }

  /** Returns the address of 8 bytes for the result of a function. */
  long result() {
    return environment + RESULT;
  }

  /** Returns a new string. */
  long string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long reference = create(environment, bytes.length, 1);
    NativeMemory.copy(bytes, elements(reference));
    return reference;
  }

  /** Returns a new array. */
  long longs(long[] values) {
    long reference = create(environment, values.length, Long.BYTES);
    for (int i = 0; i < values.length; i++) {
      NativeMemory.setLong(elements(reference) + (long) i * Long.BYTES, values[i]);
    }
    return reference;
  }

  /** Returns a new array. */
  long ints(int... values) {
    long reference = create(environment, values.length, Integer.BYTES);
    for (int i = 0; i < values.length; i++) {
      NativeMemory.setInt(elements(reference) + (long) i * Integer.BYTES, values[i]);
    }
    return reference;
  }

  /** Returns what an array of longs holds; nothing if it is null. */
  static long[] longsOf(long reference) {
    long[] values = new long[reference == 0 ? 0 : (int) length(reference)];
    for (int i = 0; i < values.length; i++) {
      values[i] = NativeMemory.getLong(elements(reference) + (long) i * Long.BYTES);
    }
    return values;
  }

  /** Returns what a string says. */
  static String stringOf(long reference) {
    byte[] bytes = new byte[(int) length(reference)];
    NativeMemory.copy(elements(reference), bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Ends a call; to be called after each that may throw.
   *
   * @throws TorchException if it has thrown, which is forgotten then
   * @throws OutOfMemoryError if it could not create what it wanted to, which is forgotten, too
   */
  void check() throws TorchException {
    String text = takeThrown();
    if (NativeMemory.getLong(environment + IS_SHORT) != 0) {
      NativeMemory.setLong(environment + IS_SHORT, 0);
      throw new OutOfMemoryError("for what a call of libtorch gives");
    }
    if (text != null) {
      throw new TorchException(text);
    }
  }

  private @Nullable String takeThrown() {
    long thrown = NativeMemory.getLong(environment + THROWN);
    if (thrown == 0) {
      return null;
    }
    NativeMemory.setLong(environment + THROWN, 0);
    return stringOf(thrown);
  }

  @Override
  public void close() {
    long block = NativeMemory.getLong(environment + LAST_BLOCK);
    while (block != 0) {
      long before = NativeMemory.getLong(block);
      NativeMemory.free(block);
      block = before;
    }
    NativeMemory.free(environment);
  }

  private static long create(long environment, long length, long elementBytes) {
    long block = NativeMemory.allocate(HEADER_BYTES + length * elementBytes);
    return created(environment, block, length);
  }

  /**
   * Returns the reference of something new whose elements are undefined. If there is no memory for
   * it, it has none: native code that waits for this cannot be thrown at.
   */
  static long createForGlue(long environment, long length, long elementBytes) {
    long block = NativeMemory.tryAllocate(HEADER_BYTES + length * elementBytes);
    if (block == 0) {
      NativeMemory.setLong(environment + IS_SHORT, 1);
      return NOTHING;
    }
    return created(environment, block, length);
  }

  private static long created(long environment, long block, long length) {
    NativeMemory.setLong(block, NativeMemory.getLong(environment + LAST_BLOCK));
    NativeMemory.setLong(environment + LAST_BLOCK, block);
    NativeMemory.setLong(block + Long.BYTES, length);
    return block + Long.BYTES;
  }

  /** Keeps the message of what is thrown; the first counts. */
  static void thrown(long environment, long message) {
    if (NativeMemory.getLong(environment + THROWN) == 0) {
      NativeMemory.setLong(environment + THROWN, message);
    }
  }

  static long length(long reference) {
    return NativeMemory.getLong(reference);
  }

  static long elements(long reference) {
    return reference + Long.BYTES;
  }
}
