package dev.sluice.engine.pytorch;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.util.List;

/** Takes the value that a run gave apart. */
final class OutcomeHandles {
  private final ServableId id;
  private final Libtorch library;
  private final Outcome outcome;

  OutcomeHandles(ServableId id, Libtorch library, Outcome outcome) {
    this.id = id;
    this.library = library;
    this.outcome = outcome;
  }

  /**
   * Returns a handle for each output, in the module's order, the caller's to delete.
   *
   * @throws ServingException INTERNAL if the module gave something else than its source says
   */
  long[] of(GlueCall call, long value) throws ServingException, TorchException {
    return switch (outcome) {
      case Outcome.One _ -> new long[] {library.tensorOf(call, value)};
      case Outcome.Tuple _ -> ofTuple(call, library.elementsOf(call, value));
      case Outcome.Listed _ -> ofList(library.tensorsOf(call, value));
      case Outcome.Keyed _ -> ofDictionary(call, library.entriesOf(call, value));
    };
  }

  private long[] ofTuple(GlueCall call, long[] values) throws ServingException, TorchException {
    long[] handles = new long[values.length];
    boolean done = false;
    try {
      checkCount(values.length);
      for (int i = 0; i < values.length; i++) {
        handles[i] = library.tensorOf(call, values[i]);
      }
      done = true;
      return handles;
    } finally {
      library.deleteValues(call, values);
      deleteUnless(done, handles);
    }
  }

  private long[] ofList(long[] handles) throws ServingException {
    boolean done = false;
    try {
      checkCount(handles.length);
      done = true;
      return handles;
    } finally {
      deleteUnless(done, handles);
    }
  }

  private long[] ofDictionary(GlueCall call, long[] entries)
      throws ServingException, TorchException {
    List<String> names = outcome.names();
    long[] handles = new long[names.size()];
    boolean done = false;
    try {
      checkCount(entries.length / 2);
      for (int i = 0; i < entries.length; i += 2) {
        String key = library.textOf(call, entries[i]);
        int output = names.indexOf(key);
        if (output < 0) {
          throw unexpected("an output " + key);
        }
        handles[output] = library.tensorOf(call, entries[i + 1]);
      }
      done = true;
      return handles;
    } finally {
      library.deleteValues(call, entries);
      deleteUnless(done, handles);
    }
  }

  private void deleteUnless(boolean done, long[] handles) {
    if (!done) {
      library.tensors().deleteAll(handles);
    }
  }

  private void checkCount(int found) throws ServingException {
    if (found != outcome.names().size()) {
      throw unexpected(found + " outputs");
    }
  }

  private ServingException unexpected(String found) {
    return new ServingException(
        Code.INTERNAL,
        "forward of %s: expected outputs %s, found %s".formatted(id, outcome.names(), found));
  }
}
