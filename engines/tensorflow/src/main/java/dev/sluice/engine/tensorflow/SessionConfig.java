package dev.sluice.engine.tensorflow;

import com.google.protobuf.CodedOutputStream;
import dev.sluice.engine.EngineOptions;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * How many threads a session uses, as TensorFlow's ConfigProto.
 *
 * <p>Unless the operator says otherwise, operations run on the calling thread: handing each to a
 * pool costs a small model three times its own work (10.5 against 3.5 µs), and lanes already run
 * requests side by side. Threads within one operation follow the CPUs that the JVM sees, since
 * TensorFlow itself does not look at the cgroup's limit. That pool is shared by all sessions of the
 * process and has the size that the first of them asks for.
 *
 * @param intraOpThreads threads within one operation, at least 1
 * @param interOpThreads threads across operations; -1 runs them on the caller
 */
record SessionConfig(int intraOpThreads, int interOpThreads) {
  private static final int INTRA_OP_FIELD = 2;
  private static final int INTER_OP_FIELD = 5;
  private static final int ON_CALLER = -1;

  /** Returns what the operator asked for, completed for a machine of so many CPUs. */
  static SessionConfig of(EngineOptions options, int processors) {
    return new SessionConfig(
        options.intraOpThreads() > 0 ? options.intraOpThreads() : processors,
        options.interOpThreads() == 0 ? ON_CALLER : options.interOpThreads());
  }

  /** Returns the serialized ConfigProto. */
  byte[] toBytes() {
    byte[] bytes =
        new byte
            [CodedOutputStream.computeInt32Size(INTRA_OP_FIELD, intraOpThreads)
                + CodedOutputStream.computeInt32Size(INTER_OP_FIELD, interOpThreads)];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeInt32(INTRA_OP_FIELD, intraOpThreads);
      out.writeInt32(INTER_OP_FIELD, interOpThreads);
    } catch (IOException impossible) {
      throw new UncheckedIOException("the array has the size computed", impossible);
    }
    return bytes;
  }
}
