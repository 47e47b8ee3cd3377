package dev.sluice.engine.onnx;

import dev.sluice.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The functions that make sessions and say what they take and give. Thread-safe, as the library's
 * are.
 */
final class OrtSessions {
  /** What fails comes back as a status as well; clients could fill the log with their errors. */
  private static final int LOG_FATAL = 4;

  private static final int ENABLE_ALL_OPTIMIZATIONS = 99;
  private static final int PARALLEL = 1;

  private final OrtApi api;
  private final MemorySegment createSession;
  private final MemorySegment createOptions;
  private final MemorySegment setExecutionMode;
  private final MemorySegment disableMemoryPattern;
  private final MemorySegment setLogSeverity;
  private final MemorySegment setOptimizationLevel;
  private final MemorySegment setIntraOpThreads;
  private final MemorySegment setInterOpThreads;
  private final MemorySegment addConfigEntry;
  private final MemorySegment inputCount;
  private final MemorySegment outputCount;
  private final MemorySegment inputType;
  private final MemorySegment outputType;
  private final MemorySegment inputName;
  private final MemorySegment outputName;
  private final MemorySegment castToTensorInfo;
  private final MemorySegment onnxType;
  private final MemorySegment elementType;
  private final MemorySegment dimensionsCount;
  private final MemorySegment dimensions;
  private final MemorySegment hasShape;
  private final MemorySegment free;
  private final MemorySegment releaseSession;
  private final MemorySegment releaseTypeInfo;
  private final MemorySegment releaseOptions;
  private final long environment;
  private final long allocator;

  /** Creates the process's environment; the library keeps one however often it is asked. */
  OrtSessions(OrtApi api, long allocator) throws OrtException {
    this.api = api;
    this.allocator = allocator;
    createSession = api.function(7);
    createOptions = api.function(10);
    setExecutionMode = api.function(13);
    disableMemoryPattern = api.function(17);
    setLogSeverity = api.function(22);
    setOptimizationLevel = api.function(23);
    setIntraOpThreads = api.function(24);
    setInterOpThreads = api.function(25);
    inputCount = api.function(30);
    outputCount = api.function(31);
    inputType = api.function(33);
    outputType = api.function(34);
    inputName = api.function(36);
    outputName = api.function(37);
    castToTensorInfo = api.function(55);
    onnxType = api.function(56);
    elementType = api.function(60);
    dimensionsCount = api.function(61);
    dimensions = api.function(62);
    free = api.function(76);
    releaseSession = api.function(95);
    releaseTypeInfo = api.function(98);
    releaseOptions = api.function(100);
    addConfigEntry = api.function(130);
    hasShape = api.function(390);
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom("sluice").address();
      MemorySegment create = api.function(3);
      environment = api.get(out -> Downcalls.createEnv(create, LOG_FATAL, name, out));
    }
  }

  /** Loads a model; the caller releases the session. */
  long create(Path model, SessionConfig config) throws OrtException {
    long options = api.get(out -> Downcalls.call(createOptions, out));
    try (Arena arena = Arena.ofConfined()) {
      configure(options, config, arena);
      long path = arena.allocateFrom(model.toString()).address();
      return api.get(out -> Downcalls.call(createSession, environment, path, options, out));
    } finally {
      Downcalls.release(releaseOptions, options);
    }
  }

  private void configure(long options, SessionConfig config, Arena arena) throws OrtException {
    set(setLogSeverity, options, LOG_FATAL);
    set(setOptimizationLevel, options, ENABLE_ALL_OPTIMIZATIONS);
    set(setIntraOpThreads, options, config.intraOpThreads());
    if (config.interOpThreads() > 1) {
      set(setExecutionMode, options, PARALLEL);
      set(setInterOpThreads, options, config.interOpThreads());
    }
    // A pattern is kept for each combination of shapes ever seen: clients could fill the memory.
    api.check(Downcalls.call(disableMemoryPattern, options));
    for (String[] entry : SessionConfig.ENTRIES) {
      long key = arena.allocateFrom(entry[0]).address();
      long value = arena.allocateFrom(entry[1]).address();
      api.check(Downcalls.call(addConfigEntry, options, key, value));
    }
  }

  private void set(MemorySegment function, long options, int number) throws OrtException {
    api.check(Downcalls.set(function, options, number));
  }

  void release(long session) {
    Downcalls.release(releaseSession, session);
  }

  /**
   * What a session says of an input or output.
   *
   * @param kind an ONNXType: tensor, sequence, map …
   * @param elementType an ONNXTensorElementDataType; 0 if it is no tensor
   * @param shape the declared shape, or unknown rank
   */
  record Value(String name, int kind, int elementType, Shape shape) {}

  /** Returns the inputs that a run must have, in the model's order. */
  Value[] inputs(long session) throws OrtException {
    return values(session, inputCount, inputName, inputType);
  }

  /** Returns the outputs, in the model's order. */
  Value[] outputs(long session) throws OrtException {
    return values(session, outputCount, outputName, outputType);
  }

  private Value[] values(long session, MemorySegment count, MemorySegment name, MemorySegment type)
      throws OrtException {
    Value[] values =
        new Value[Math.toIntExact(api.get(out -> Downcalls.call(count, session, out)))];
    for (int i = 0; i < values.length; i++) {
      long index = i;
      long text = api.get(out -> Downcalls.call(name, session, index, allocator, out));
      String known = OrtApi.text(text);
      api.check(Downcalls.call(free, allocator, text));
      long info = api.get(out -> Downcalls.call(type, session, index, out));
      try {
        values[i] = value(known, info);
      } finally {
        Downcalls.release(releaseTypeInfo, info);
      }
    }
    return values;
  }

  private Value value(String name, long typeInfo) throws OrtException {
    int kind = number(onnxType, typeInfo);
    // Part of the type info, and freed with it; NULL if it is no tensor.
    long tensor = api.get(out -> Downcalls.call(castToTensorInfo, typeInfo, out));
    return tensor == 0
        ? new Value(name, kind, 0, Shape.unknownRank())
        : new Value(name, kind, number(elementType, tensor), shape(tensor));
  }

  private Shape shape(long tensorInfo) throws OrtException {
    if (!Downcalls.booleanOf(hasShape, tensorInfo)) {
      return Shape.unknownRank();
    }
    long rank = api.get(out -> Downcalls.call(dimensionsCount, tensorInfo, out));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dims = arena.allocate(ValueLayout.JAVA_LONG, rank);
      api.check(Downcalls.call(dimensions, tensorInfo, dims.address(), rank));
      return Shape.of(dims.toArray(ValueLayout.JAVA_LONG));
    }
  }

  private int number(MemorySegment getter, long object) throws OrtException {
    // An enum of 4 bytes, put into 8 that are zero.
    return (int) api.get(out -> Downcalls.call(getter, object, out));
  }
}
