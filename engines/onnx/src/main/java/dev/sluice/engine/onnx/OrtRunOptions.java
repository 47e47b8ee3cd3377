package dev.sluice.engine.onnx;

import java.lang.foreign.MemorySegment;

/** The functions that make, change and release the options of runs. Thread-safe. */
final class OrtRunOptions {
  private final OrtApi api;
  private final MemorySegment create;
  private final MemorySegment terminate;
  private final MemorySegment doNotTerminate;
  private final MemorySegment release;

  /** Binds the functions. */
  OrtRunOptions(OrtApi api) {
    this.api = api;
    create = api.function(39);
    terminate = api.function(46);
    doNotTerminate = api.function(47);
    release = api.function(97);
  }

  /** Makes options; to be released. */
  RunOptions create() throws OrtException {
    return new RunOptions(this, api.get(out -> Downcalls.call(create, out)));
  }

  /** Says whether the runs that use the options are to end before their next operation. */
  void setTerminates(long options, boolean terminates) {
    try {
      api.check(Downcalls.call(terminates ? terminate : doNotTerminate, options));
    } catch (OrtException impossible) {
      throw new IllegalStateException("a flag can always be set", impossible);
    }
  }

  void release(long options) {
    Downcalls.release(release, options);
  }
}
