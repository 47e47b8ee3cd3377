package dev.sluice.engine.onnx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.NoSuchElementException;

/**
 * ONNX Runtime's C API (onnxruntime_c_api.h): a struct of function pointers, found by their index.
 * An index stays what it is in every later version of the library. Pointers are long; 0 is NULL.
 */
final class OrtApi {
  /** The version of the header that the indices are from; a later library has it too. */
  private static final int API_VERSION = 24;

  /** All memory, to be read where the library says that something is. */
  @SuppressWarnings("restricted") // the library's structs lie where it says
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final int GET_ERROR_CODE = 1;
  private static final int GET_ERROR_MESSAGE = 2;
  private static final int RELEASE_STATUS = 93;

  private final long table;
  private final String version;
  private final MemorySegment getErrorCode;
  private final MemorySegment getErrorMessage;
  private final MemorySegment releaseStatus;

  /**
   * Finds the functions.
   *
   * @throws NoSuchElementException if the library is another or too old
   */
  OrtApi(SymbolLookup symbols) {
    // struct OrtApiBase {const OrtApi* (*GetApi)(uint32_t version); const char* (*GetVersion)();}
    long base = Downcalls.call(symbols.findOrThrow("OrtGetApiBase"));
    version = text(Downcalls.call(pointer(base, 1)));
    table = Downcalls.call(pointer(base, 0), API_VERSION);
    if (table == 0) {
      throw new NoSuchElementException(
          "expected ONNX Runtime with version %d of its C API, found %s"
              .formatted(API_VERSION, version));
    }
    getErrorCode = function(GET_ERROR_CODE);
    getErrorMessage = function(GET_ERROR_MESSAGE);
    releaseStatus = function(RELEASE_STATUS);
  }

  /** Returns the version that the library says it has. */
  String version() {
    return version;
  }

  /** Returns the function at an index of the API's struct. */
  MemorySegment function(int index) {
    return pointer(table, index);
  }

  private static MemorySegment pointer(long struct, int index) {
    return MemorySegment.ofAddress(longAt(struct, index));
  }

  /** Throws what a status says and frees it, unless it is NULL: success. */
  void check(long status) throws OrtException {
    if (status != 0) {
      throw failure(status);
    }
  }

  private OrtException failure(long status) {
    int code = Downcalls.intOf(getErrorCode, status);
    String message = text(Downcalls.call(getErrorMessage, status));
    Downcalls.release(releaseStatus, status);
    return new OrtException(code, message);
  }

  /** A call that puts a pointer or a number of 8 bytes where it is told. */
  @FunctionalInterface
  interface Getter {
    /** Calls and returns the OrtStatus. */
    long call(long out);
  }

  /** Returns what a call puts out; not for the path of requests. */
  long get(Getter getter) throws OrtException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      check(getter.call(out.address()));
      return out.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /** Returns element {@code index} of an array of 8-byte values. */
  static long longAt(long array, long index) {
    return MEMORY.get(ValueLayout.JAVA_LONG, array + index * Long.BYTES);
  }

  /** Returns a zero-terminated string. */
  static String text(long pointer) {
    return MEMORY.getString(pointer);
  }
}
