package dev.sluice.engine.pytorch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;

/**
 * The functions of the glue that the engine uses: those of modules, and of the <em>values</em> that
 * they take and give, which are tensors or tuples, lists and dictionaries of them.
 *
 * <p>Modules, values and tensors are spoken of by their handles, which are the caller's to delete.
 * Thread-safe; runs of one module may overlap.
 */
final class Libtorch {
  private static final String PREFIX = "Java_ai_djl_pytorch_jni_PyTorchLibrary_";
  private static final String LOAD =
      "moduleLoad__Ljava_lang_String_2_3IZ_3Ljava_lang_String_2_3Ljava_lang_String_2Z";
  private static final String METHOD = "forward";

  /** The layout of a tensor whose memory holds all of its elements. */
  private static final int STRIDED = 0;

  private final MemorySegment load;
  private final MemorySegment deleteModule;
  private final MemorySegment run;
  private final MemorySegment fromTensor;
  private final MemorySegment toTensor;
  private final MemorySegment toTuple;
  private final MemorySegment toTensorList;
  private final MemorySegment toMap;
  private final MemorySegment toText;
  private final MemorySegment deleteValue;
  private final MemorySegment layout;
  private final MemorySegment threads;
  private final MemorySegment setThreads;
  private final TensorFunctions tensors;

  /**
   * Binds the functions.
   *
   * @throws java.util.NoSuchElementException if the libraries lack one; the message names it
   */
  Libtorch(SymbolLookup symbols) {
    load = symbols.findOrThrow(PREFIX + LOAD);
    deleteModule = symbols.findOrThrow(PREFIX + "torchDeleteModule");
    run = symbols.findOrThrow(PREFIX + "moduleRunMethod");
    fromTensor = symbols.findOrThrow(PREFIX + "iValueFromTensor");
    toTensor = symbols.findOrThrow(PREFIX + "iValueToTensor");
    toTuple = symbols.findOrThrow(PREFIX + "iValueToIValueTuple");
    toTensorList = symbols.findOrThrow(PREFIX + "iValueToTensorList");
    toMap = symbols.findOrThrow(PREFIX + "iValueToMap");
    toText = symbols.findOrThrow(PREFIX + "iValueToString");
    deleteValue = symbols.findOrThrow(PREFIX + "torchDeleteIValue");
    layout = symbols.findOrThrow(PREFIX + "torchLayout");
    threads = symbols.findOrThrow(PREFIX + "torchGetNumThreads");
    setThreads = symbols.findOrThrow(PREFIX + "torchSetNumThreads");
    tensors = new TensorFunctions(symbols);
  }

  /** Returns the functions for tensors. */
  TensorFunctions tensors() {
    return tensors;
  }

  /** Loads a module in evaluation mode, whatever device it was saved on. */
  long load(Path file) throws TorchException {
    try (GlueCall call = new GlueCall()) {
      long module =
          Downcalls.glueLoad(
              load,
              call.environment(),
              call.string(file.toString()),
              call.ints(TensorFunctions.CPU, -1),
              call.longs(new long[0]));
      call.check();
      return module;
    }
  }

  void deleteModule(long module) {
    try (GlueCall call = new GlueCall()) {
      Downcalls.glueVoid(deleteModule, call.environment(), module);
    }
  }

  /**
   * Runs a module on the calling thread, without recording anything for gradients.
   *
   * @return a value, the caller's
   */
  long run(GlueCall call, long module, long[] arguments) throws TorchException {
    long result =
        Downcalls.glueRun(
            run, call.environment(), module, call.string(METHOD), call.longs(arguments));
    call.check();
    return result;
  }

  /** Returns a value that is a tensor; it keeps the tensor even if that handle is deleted. */
  long valueOf(GlueCall call, long tensor) throws TorchException {
    return glue(call, fromTensor, tensor);
  }

  /** Returns a handle of the tensor that a value is. */
  long tensorOf(GlueCall call, long value) throws TorchException {
    return glue(call, toTensor, value);
  }

  /** Returns values, one for each element of a tuple. */
  long[] elementsOf(GlueCall call, long tuple) throws TorchException {
    return GlueCall.longsOf(glue(call, toTuple, tuple));
  }

  /** Returns handles of the tensors in a list. */
  long[] tensorsOf(GlueCall call, long list) throws TorchException {
    return GlueCall.longsOf(glue(call, toTensorList, list));
  }

  /** Returns values: a key, what belongs to it, the next key and so on. */
  long[] entriesOf(GlueCall call, long dictionary) throws TorchException {
    return GlueCall.longsOf(glue(call, toMap, dictionary));
  }

  /** Returns the text that a value is. */
  String textOf(GlueCall call, long value) throws TorchException {
    return GlueCall.stringOf(glue(call, toText, value));
  }

  private static long glue(GlueCall call, MemorySegment function, long handle)
      throws TorchException {
    long result = Downcalls.glueLong(function, call.environment(), handle);
    call.check();
    return result;
  }

  /** Deletes values; those that are 0 are none. */
  void deleteValues(GlueCall call, long[] values) {
    for (long value : values) {
      if (value != 0) {
        deleteValue(call, value);
      }
    }
  }

  void deleteValue(GlueCall call, long value) {
    Downcalls.glueVoid(deleteValue, call.environment(), value);
  }

  /** Returns false if a tensor is sparse, or laid out for one kind of operation only. */
  boolean isStrided(GlueCall call, long tensor) throws TorchException {
    int found = Downcalls.glueInt(layout, call.environment(), tensor);
    call.check();
    return found == STRIDED;
  }

  /** Returns how many threads the operations that the calling thread starts use. */
  int threads(GlueCall call) {
    return Downcalls.glueInt(threads, call.environment(), 0);
  }

  /** Lets operations that the calling thread starts use so many threads, itself among them. */
  void useThreads(GlueCall call, int wanted) {
    // libtorch, and OpenMP and MKL under it, remember the number for each thread.
    if (threads(call) != wanted) {
      Downcalls.glueSet(setThreads, call.environment(), wanted);
    }
  }
}
