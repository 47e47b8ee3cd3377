package dev.sluice.engine.tensorflow;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The functions of TensorFlow's C API (c_api.h, tf_tensor.h, tf_tstring.h) that the engine uses.
 *
 * <p>Pointers are long; 0 is NULL. Counts the tensors that exist, so that a leak can be seen.
 * Thread-safe as far as the C API is: sessions may run concurrently, everything else belongs to one
 * thread at a time.
 */
final class TfLibrary {
  /** TensorFlow's own bound on the rank; beyond it building a shape ends the process. */
  static final int MAX_RANK = 254;

  /** What vector instructions like; a tensor over memory of less would be a copy. */
  private static final long ALIGNMENT = 64;

  /** The size of a TF_TString. */
  static final long TSTRING_BYTES = 24;

  private final MemorySegment newStatus;
  private final MemorySegment deleteStatus;
  private final MemorySegment getCode;
  private final MemorySegment message;
  private final MemorySegment newBuffer;
  private final MemorySegment deleteBuffer;
  private final MemorySegment newSessionOptions;
  private final MemorySegment setConfig;
  private final MemorySegment deleteSessionOptions;
  private final MemorySegment newGraph;
  private final MemorySegment deleteGraph;
  private final MemorySegment graphOperationByName;
  private final MemorySegment loadLibrary;
  private final MemorySegment loadSession;
  private final MemorySegment closeSession;
  private final MemorySegment deleteSession;
  private final MemorySegment sessionRun;
  private final MemorySegment allocateTensor;
  private final MemorySegment newTensor;
  private final MemorySegment deleteTensor;
  private final MemorySegment tensorData;
  private final MemorySegment tensorByteSize;
  private final MemorySegment tensorType;
  private final MemorySegment numDims;
  private final MemorySegment dim;
  private final MemorySegment stringInit;
  private final MemorySegment stringCopy;
  private final MemorySegment stringDataPointer;
  private final MemorySegment stringSize;
  private final MemorySegment alignedAlloc;
  private final MemorySegment free;
  private final String version;
  private final LongAdder liveTensors = new LongAdder();

  /**
   * Binds the functions.
   *
   * @throws java.util.NoSuchElementException if the library lacks one; the message names it
   */
  TfLibrary(SymbolLookup symbols) {
    newStatus = symbols.findOrThrow("TF_NewStatus");
    deleteStatus = symbols.findOrThrow("TF_DeleteStatus");
    getCode = symbols.findOrThrow("TF_GetCode");
    message = symbols.findOrThrow("TF_Message");
    newBuffer = symbols.findOrThrow("TF_NewBuffer");
    deleteBuffer = symbols.findOrThrow("TF_DeleteBuffer");
    newSessionOptions = symbols.findOrThrow("TF_NewSessionOptions");
    setConfig = symbols.findOrThrow("TF_SetConfig");
    deleteSessionOptions = symbols.findOrThrow("TF_DeleteSessionOptions");
    newGraph = symbols.findOrThrow("TF_NewGraph");
    deleteGraph = symbols.findOrThrow("TF_DeleteGraph");
    graphOperationByName = symbols.findOrThrow("TF_GraphOperationByName");
    loadLibrary = symbols.findOrThrow("TF_LoadLibrary");
    loadSession = symbols.findOrThrow("TF_LoadSessionFromSavedModel");
    closeSession = symbols.findOrThrow("TF_CloseSession");
    deleteSession = symbols.findOrThrow("TF_DeleteSession");
    sessionRun = symbols.findOrThrow("TF_SessionRun");
    allocateTensor = symbols.findOrThrow("TF_AllocateTensor");
    newTensor = symbols.findOrThrow("TF_NewTensor");
    deleteTensor = symbols.findOrThrow("TF_DeleteTensor");
    tensorData = symbols.findOrThrow("TF_TensorData");
    tensorByteSize = symbols.findOrThrow("TF_TensorByteSize");
    tensorType = symbols.findOrThrow("TF_TensorType");
    numDims = symbols.findOrThrow("TF_NumDims");
    dim = symbols.findOrThrow("TF_Dim");
    stringInit = symbols.findOrThrow("TF_StringInit");
    stringCopy = symbols.findOrThrow("TF_StringCopy");
    stringDataPointer = symbols.findOrThrow("TF_StringGetDataPointer");
    stringSize = symbols.findOrThrow("TF_StringGetSize");
    SymbolLookup cLibrary = Linker.nativeLinker().defaultLookup();
    alignedAlloc = cLibrary.findOrThrow("aligned_alloc");
    free = cLibrary.findOrThrow("free");
    version = text(Downcalls.longOf(symbols.findOrThrow("TF_Version")));
  }

  /** Returns the version that the library says it has. */
  String version() {
    return version;
  }

  /** Returns how many tensors exist that were made through this object and not deleted. */
  long liveTensors() {
    return liveTensors.sum();
  }

  long newStatus() {
    return Downcalls.longOf(newStatus);
  }

  void deleteStatus(long status) {
    Downcalls.call(deleteStatus, status);
  }

  /** Returns null if a status is OK, else its code and message. */
  @Nullable ServingException failure(long status) {
    int number = Downcalls.quickInt(getCode, status);
    if (number == 0) {
      return null;
    }
    Code code = Code.ofNumber(number);
    String text = text(Downcalls.longOf(message, status));
    return new ServingException(code == null ? Code.UNKNOWN : code, text);
  }

  /** Throws what a status says, unless it is OK. */
  void check(long status) throws ServingException {
    ServingException failure = failure(status);
    if (failure != null) {
      throw failure;
    }
  }

  long newBuffer() {
    return Downcalls.longOf(newBuffer);
  }

  /** Returns what a TF_Buffer holds: {@code struct {const void* data; size_t length; …}}. */
  @SuppressWarnings("restricted") // a struct and its contents, both of known size
  MemorySegment bufferContents(long buffer) {
    MemorySegment struct = MemorySegment.ofAddress(buffer).reinterpret(16);
    long data = struct.get(ValueLayout.JAVA_LONG, 0);
    long length = struct.get(ValueLayout.JAVA_LONG, 8);
    return MemorySegment.ofAddress(data).reinterpret(length);
  }

  void deleteBuffer(long buffer) {
    Downcalls.call(deleteBuffer, buffer);
  }

  /** Returns session options that hold a serialized ConfigProto. */
  long newSessionOptions(byte[] config, long status) throws ServingException {
    long options = Downcalls.longOf(newSessionOptions);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, config);
      Downcalls.call(setConfig, options, bytes.address(), config.length, status);
    }
    ServingException failure = failure(status);
    if (failure != null) {
      deleteSessionOptions(options);
      throw failure;
    }
    return options;
  }

  void deleteSessionOptions(long options) {
    Downcalls.call(deleteSessionOptions, options);
  }

  long newGraph() {
    return Downcalls.longOf(newGraph);
  }

  void deleteGraph(long graph) {
    Downcalls.call(deleteGraph, graph);
  }

  /** Returns the operation of a name, or 0. */
  long operation(long graph, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return Downcalls.longOf(graphOperationByName, graph, arena.allocateFrom(name).address());
    }
  }

  /** Loads a shared library that registers operations, for good. */
  void loadOperations(String file) throws ServingException {
    long status = newStatus();
    try (Arena arena = Arena.ofConfined()) {
      // The handle would only serve to list the operations.
      var _ = Downcalls.longOf(loadLibrary, arena.allocateFrom(file).address(), status);
      check(status);
    } finally {
      deleteStatus(status);
    }
  }

  /** Loads a SavedModel into an empty graph, and its MetaGraphDef into a buffer. */
  long loadSession(
      long options,
      String directory,
      Iterable<String> tags,
      long graph,
      long metaGraph,
      long status)
      throws ServingException {
    try (Arena arena = Arena.ofConfined()) {
      List<String> list = new ArrayList<>();
      tags.forEach(list::add);
      MemorySegment pointers = arena.allocate(ValueLayout.JAVA_LONG, list.size());
      for (int i = 0; i < list.size(); i++) {
        pointers.setAtIndex(ValueLayout.JAVA_LONG, i, arena.allocateFrom(list.get(i)).address());
      }
      long path = arena.allocateFrom(directory).address();
      long session =
          Downcalls.load(
              loadSession,
              options,
              path,
              pointers.address(),
              list.size(),
              graph,
              metaGraph,
              status);
      check(status);
      return session;
    }
  }

  /** Closes and deletes a session; what fails about it can help nobody any more. */
  void deleteSession(long session, long status) {
    Downcalls.call(closeSession, session, status);
    Downcalls.call(deleteSession, session, status);
  }

  /** Runs a session on the calling thread; the outcome is in the status. */
  void run(
      long session,
      long feeds,
      long feedValues,
      int feedCount,
      long fetches,
      long fetchValues,
      int fetchCount,
      long status) {
    Downcalls.run(
        sessionRun,
        session,
        feeds,
        feedValues,
        feedCount,
        fetches,
        fetchValues,
        fetchCount,
        status);
  }

  /** Counts tensors that a successful run made; they are to be deleted like allocated ones. */
  void adopted(int tensors) {
    liveTensors.add(tensors);
  }

  /**
   * Returns a new tensor of strings that are yet to be initialised, or 0.
   *
   * <p>Only such a tensor frees its strings when it is deleted.
   */
  long newStringTensor(long dims, int rank, long count) {
    long bytes = count * TSTRING_BYTES;
    return counted(Downcalls.allocate(allocateTensor, DataType.STRING.number(), dims, rank, bytes));
  }

  /**
   * Returns memory of the C library for a tensor, 64-byte aligned, or 0.
   *
   * <p>Not TensorFlow's allocator, as TF_AllocateTensor has it: where memory is short, that one
   * sleeps for ten seconds before it gives up, and this runs on event loops.
   */
  long allocateMemory(long bytes) {
    if (bytes > Long.MAX_VALUE - ALIGNMENT) {
      return 0;
    }
    long rounded = Math.max(ALIGNMENT, (bytes + ALIGNMENT - 1) & -ALIGNMENT);
    return Downcalls.longOf(alignedAlloc, ALIGNMENT, rounded);
  }

  /**
   * Returns a new tensor over memory of {@link #allocateMemory}, which belongs to it.
   *
   * <p>The deallocator, called with the address, the size and an argument, is the C library's free
   * itself: by the calling conventions that we know a function ignores arguments that it does not
   * declare. So no thread of TensorFlow's ever calls into Java.
   */
  long newTensor(int type, long dims, int rank, long memory, long bytes) {
    return counted(Downcalls.adopt(newTensor, type, dims, rank, memory, bytes, free.address()));
  }

  private long counted(long tensor) {
    if (tensor != 0) {
      liveTensors.increment();
    }
    return tensor;
  }

  void deleteTensor(long tensor) {
    Downcalls.call(deleteTensor, tensor);
    liveTensors.decrement();
  }

  long tensorData(long tensor) {
    return Downcalls.quickLong(tensorData, tensor);
  }

  long tensorByteSize(long tensor) {
    return Downcalls.quickLong(tensorByteSize, tensor);
  }

  int tensorType(long tensor) {
    return Downcalls.quickInt(tensorType, tensor);
  }

  int rank(long tensor) {
    return Downcalls.quickInt(numDims, tensor);
  }

  long dim(long tensor, int axis) {
    return Downcalls.quickLong(dim, tensor, axis);
  }

  /** Makes 24 bytes of memory an empty string. */
  void initString(long string) {
    Downcalls.quickCall(stringInit, string);
  }

  /** Copies bytes into an initialised string. */
  void copyString(long string, long bytes, long length) {
    Downcalls.call(stringCopy, string, bytes, length);
  }

  long stringData(long string) {
    return Downcalls.quickLong(stringDataPointer, string);
  }

  long stringSize(long string) {
    return Downcalls.quickLong(stringSize, string);
  }

  @SuppressWarnings("restricted") // a zero-terminated C string
  private static String text(long pointer) {
    return MemorySegment.ofAddress(pointer).reinterpret(Long.MAX_VALUE).getString(0);
  }
}
