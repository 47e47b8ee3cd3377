package dev.sluice.engine.onnx;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/** The loaded library. Thread-safe; there for good, since it cannot be unloaded. */
final class OrtLibrary {
  private static final int GET_DEFAULT_ALLOCATOR = 78;

  private final OrtApi api;
  private final OrtSessions sessions;
  private final OrtValues values;
  private final OrtRunOptions runOptions;

  /** Of the C library of GNU; others have no such function. */
  private final Optional<MemorySegment> mallocTrim =
      Linker.nativeLinker().defaultLookup().find("malloc_trim");

  /**
   * Binds the functions.
   *
   * @throws java.util.NoSuchElementException if the library is another or too old
   */
  OrtLibrary(SymbolLookup symbols) throws OrtException {
    api = new OrtApi(symbols);
    MemorySegment getAllocator = api.function(GET_DEFAULT_ALLOCATOR);
    // The library's own, never freed.
    long allocator = api.get(out -> Downcalls.call(getAllocator, out));
    sessions = new OrtSessions(api, allocator);
    values = new OrtValues(api, allocator);
    runOptions = new OrtRunOptions(api);
  }

  /** Returns the version that the library says it has. */
  String version() {
    return api.version();
  }

  OrtSessions sessions() {
    return sessions;
  }

  OrtValues values() {
    return values;
  }

  OrtRunOptions runOptions() {
    return runOptions;
  }

  /** Returns how many tensors exist that were made through this object and not released. */
  long liveTensors() {
    return values.live().sum();
  }

  /**
   * Gives the system back what the C library keeps of freed memory: it keeps nearly all of a model
   * (86 of 98 MB of one with large tables), for it takes what is freed last to be needed next. May
   * take milliseconds.
   */
  void returnFreedMemory() {
    mallocTrim.ifPresent(function -> Downcalls.intOf(function, 0));
  }
}
