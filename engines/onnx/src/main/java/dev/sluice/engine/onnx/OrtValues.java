package dev.sluice.engine.onnx;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/**
 * The functions that make, read, run and release values.
 *
 * <p>Counts the tensors that exist, so that a leak can be seen. Thread-safe as far as the C API is:
 * a session may be run by many threads, a value belongs to one at a time.
 */
final class OrtValues {
  private static final int DEVICE_ALLOCATOR = 0;
  private static final int DEFAULT_MEMORY = 0;

  private final OrtApi api;
  private final MemorySegment run;
  private final MemorySegment createTensor;
  private final MemorySegment wrapMemory;
  private final MemorySegment data;
  private final MemorySegment stringsLength;
  private final MemorySegment stringsContent;
  private final MemorySegment releaseValue;
  private final MemorySegment stringBuffer;
  private final MemorySegment typeAndShape;
  private final long allocator;
  private final long memoryInfo;
  private final LongAdder live = new LongAdder();

  /** Binds the functions. */
  OrtValues(OrtApi api, long allocator) throws OrtException {
    this.api = api;
    this.allocator = allocator;
    run = api.function(9);
    createTensor = api.function(48);
    wrapMemory = api.function(49);
    data = api.function(51);
    stringsLength = api.function(53);
    stringsContent = api.function(54);
    releaseValue = api.function(96);
    stringBuffer = api.function(252);
    typeAndShape = api.function(414);
    MemorySegment create = api.function(69);
    memoryInfo =
        api.get(out -> Downcalls.createMemoryInfo(create, DEVICE_ALLOCATOR, DEFAULT_MEMORY, out));
  }

  /** Returns the counter of the tensors that exist; whoever makes one in other memory counts it. */
  LongAdder live() {
    return live;
  }

  /** Makes a value over memory that stays its owner's, and returns it. */
  long wrap(Scratch scratch, int type, MemorySegment memory, int rank) throws OrtException {
    api.check(
        Downcalls.wrapMemory(
            wrapMemory,
            memoryInfo,
            memory.address(),
            memory.byteSize(),
            scratch.dims(),
            rank,
            type,
            scratch.out(0)));
    live.increment();
    return scratch.result(0);
  }

  /** Makes a tensor of empty strings and returns it. */
  long newStrings(Scratch scratch, int rank) throws OrtException {
    api.check(
        Downcalls.createTensor(
            createTensor, allocator, scratch.dims(), rank, ElementTypes.STRING, scratch.out(0)));
    live.increment();
    return scratch.result(0);
  }

  /** Makes a string of a tensor so long, and returns where its bytes are to be put. */
  long stringBuffer(Scratch scratch, long value, long index, long length) throws OrtException {
    api.check(Downcalls.call(stringBuffer, value, index, length, scratch.out(0)));
    return scratch.result(0);
  }

  /** Returns how many bytes the strings of a tensor have together. */
  long stringsLength(Scratch scratch, long value) throws OrtException {
    api.check(Downcalls.call(stringsLength, value, scratch.out(0)));
    return scratch.result(0);
  }

  /** Copies the strings of a tensor, one behind the other, and where each begins. */
  void copyStrings(long value, long content, long length, long offsets, long count)
      throws OrtException {
    api.check(Downcalls.call(stringsContent, value, content, length, offsets, count));
  }

  /** Puts a tensor's type, the address of its dimensions and its rank out, in this order. */
  void describe(Scratch scratch, long value) throws OrtException {
    scratch.clearResult(0); // The type has only 4 bytes.
    api.check(Downcalls.quick(typeAndShape, value, scratch.out(0), scratch.out(1), scratch.out(2)));
  }

  /** Returns where the elements of a tensor are. */
  long data(Scratch scratch, long value) throws OrtException {
    api.check(Downcalls.quick(data, value, scratch.out(0)));
    return scratch.result(0);
  }

  /**
   * Runs a session on the calling thread; the outputs must be 0 before, and are values after.
   *
   * @param options the address of the run's own
   */
  void run(
      long session,
      long options,
      long inputNames,
      int inputs,
      long outputNames,
      int outputs,
      Scratch scratch)
      throws OrtException {
    api.check(
        Downcalls.run(
            run,
            session,
            options,
            inputNames,
            scratch.inputs(),
            inputs,
            outputNames,
            outputs,
            scratch.outputs()));
    live.add(outputs);
  }

  void release(long value) {
    Downcalls.release(releaseValue, value);
    live.decrement();
  }
}
