package dev.sluice.engine.onnx;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;

/** What an OrtStatus says; becomes a {@link ServingException} where it is known what was tried. */
final class OrtException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What the library's allocators say where memory is short; the code is that of any failure. */
  private static final String[] MEMORY_IS_SHORT = {
    "Failed to allocate memory", "bad_alloc", "bad allocation", "Available memory of"
  };

  /** An OrtErrorCode (onnxruntime_c_api.h), by its number there. */
  private enum Kind {
    OK,
    FAIL,
    INVALID_ARGUMENT,
    NO_SUCH_FILE,
    NO_MODEL,
    ENGINE_ERROR,
    RUNTIME_EXCEPTION,
    INVALID_PROTOBUF,
    MODEL_LOADED,
    NOT_IMPLEMENTED,
    INVALID_GRAPH,
    EXECUTION_PROVIDER,
    LOAD_CANCELLED,
    REQUIRES_COMPILATION,
    NOT_FOUND,
    UNKNOWN
  }

  private final Kind kind;

  /** Creates it from a status's code and message. */
  OrtException(int code, String message) {
    super(message, null, false, false);
    Kind[] kinds = Kind.values();
    kind = code >= 0 && code < kinds.length ? kinds[code] : Kind.UNKNOWN;
  }

  private String text() {
    return String.valueOf(getMessage()).strip();
  }

  private boolean isOfMemory() {
    for (String words : MEMORY_IS_SHORT) {
      if (text().contains(words)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the failure of a load. */
  ServingException ofLoad(ServableId id) {
    Code code =
        switch (kind) {
          case FAIL, INVALID_ARGUMENT, INVALID_GRAPH, RUNTIME_EXCEPTION, NO_MODEL ->
              Code.INVALID_ARGUMENT;
          case INVALID_PROTOBUF -> Code.DATA_LOSS;
          case NO_SUCH_FILE, NOT_FOUND -> Code.NOT_FOUND;
          case NOT_IMPLEMENTED -> Code.UNIMPLEMENTED;
          case OK,
              ENGINE_ERROR,
              MODEL_LOADED,
              EXECUTION_PROVIDER,
              LOAD_CANCELLED,
              REQUIRES_COMPILATION,
              UNKNOWN ->
              Code.INTERNAL;
        };
    return new ServingException(
        isOfMemory() ? Code.RESOURCE_EXHAUSTED : code,
        "ONNX Runtime cannot load " + id + ": " + text());
  }

  /**
   * Returns the failure of a run. What an operation refuses it refuses because of the values given:
   * the library does not tell that from its other failures.
   */
  ServingException ofRun(ServableId id) {
    Code code =
        switch (kind) {
          case FAIL, INVALID_ARGUMENT, RUNTIME_EXCEPTION -> Code.INVALID_ARGUMENT;
          case NOT_IMPLEMENTED -> Code.UNIMPLEMENTED;
          case OK,
              NO_SUCH_FILE,
              NO_MODEL,
              ENGINE_ERROR,
              INVALID_PROTOBUF,
              MODEL_LOADED,
              INVALID_GRAPH,
              EXECUTION_PROVIDER,
              LOAD_CANCELLED,
              REQUIRES_COMPILATION,
              NOT_FOUND,
              UNKNOWN ->
              Code.INTERNAL;
        };
    return new ServingException(
        isOfMemory() ? Code.RESOURCE_EXHAUSTED : code, "Run of " + id + ": " + text());
  }
}
