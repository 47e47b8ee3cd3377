package dev.sluice.engine.tensorflow;

import com.google.protobuf.CodedOutputStream;
import dev.sluice.engine.EngineOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * How many threads a session uses, as TensorFlow's ConfigProto.
 *
 * <p>Unless the operator says otherwise, operations run on the calling thread: handing each to a
 * pool costs a small model several times its own work (26 against 3.5 µs a run), and lanes already
 * run requests side by side. For the same reason a small model gets one thread within an operation
 * (a convolution over 8x8 pixels took 47 µs with one and 143 with two, on a busy machine); a large
 * one gets a thread for each CPU that the JVM sees, which follows the cgroup's limit as
 * TensorFlow's own count does not.
 *
 * @param intraOpThreads threads within one operation, at least 1
 * @param interOpThreads threads across operations; -1 runs them on the caller
 * @param others a serialized ConfigProto with everything else, read-only
 */
record SessionConfig(int intraOpThreads, int interOpThreads, ByteBuffer others) {
  private static final int INTRA_OP_FIELD = 2;
  private static final int INTER_OP_FIELD = 5;
  private static final int ON_CALLER = -1;

  /** Files up to this size make a small model. */
  private static final long SMALL_BYTES = 8L << 20;

  /**
   * Returns what the operator asked for, completed for a model and a machine.
   *
   * @param modelBytes the size of the model's files
   * @param processors how many CPUs there are
   */
  static SessionConfig of(EngineOptions options, long modelBytes, int processors) {
    int intraOp = modelBytes <= SMALL_BYTES ? 1 : processors;
    return new SessionConfig(
        options.intraOpThreads() > 0 ? options.intraOpThreads() : intraOp,
        options.interOpThreads() == 0 ? ON_CALLER : options.interOpThreads(),
        options.sessionConfig());
  }

  /**
   * Returns true if a run needs no thread but its caller's to make progress. Threads within an
   * operation come from a pool that models share.
   */
  boolean runsOnCaller() {
    return interOpThreads == ON_CALLER && intraOpThreads == 1;
  }

  /** Returns the serialized ConfigProto. */
  byte[] toBytes() {
    ByteBuffer rest = others.duplicate();
    byte[] bytes =
        new byte
            [rest.remaining()
                + CodedOutputStream.computeInt32Size(INTRA_OP_FIELD, intraOpThreads)
                + CodedOutputStream.computeInt32Size(INTER_OP_FIELD, interOpThreads)];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      // Serialized messages one after the other are one message with the fields of both.
      out.writeRawBytes(rest);
      out.writeInt32(INTRA_OP_FIELD, intraOpThreads);
      out.writeInt32(INTER_OP_FIELD, interOpThreads);
    } catch (IOException impossible) {
      throw new UncheckedIOException("the array has the size computed", impossible);
    }
    return bytes;
  }
}
