package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.ProtoWriter;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A PredictResponse that still lies in the tensors of a run.
 *
 * <p>It is written when the transport drains {@link #stream}, which grpc-java does inside {@code
 * ServerCall.sendMessage}, on the calling thread: the tensors must live until that has returned,
 * and no longer.
 */
public final class PredictAnswer {
  private static final int OUTPUTS = 1 << 3 | 2;
  private static final int MODEL_SPEC = 2 << 3 | 2;
  private static final int ENTRY_KEY = 1 << 3 | 2;
  private static final int ENTRY_VALUE = 2 << 3 | 2;
  private static final int SPEC_NAME = 1 << 3 | 2;
  private static final int SPEC_VERSION = 2 << 3 | 2;
  private static final int SPEC_SIGNATURE = 3 << 3 | 2;
  private static final int INT64_VALUE = 1 << 3;

  private final byte[] model;
  private final long version;
  private final byte[] signature;
  private final byte[][] names;
  private final TensorEncoding[] tensors;
  private final int specSize;
  private final int size;

  private PredictAnswer(ServableId id, String signature, byte[][] names, TensorEncoding[] tensors)
      throws ServingException {
    this.model = id.model().getBytes(StandardCharsets.UTF_8);
    this.version = id.version();
    this.signature = signature.getBytes(StandardCharsets.UTF_8);
    this.names = names;
    this.tensors = tensors;
    this.specSize =
        fieldSize(model.length)
            + fieldSize(versionSize())
            + (this.signature.length == 0 ? 0 : fieldSize(this.signature.length));
    this.size = size(id);
  }

  /**
   * Sizes the answer of a run.
   *
   * @param outputs the indices of the signature's outputs to which the tensors belong
   * @param asContent write values as tensor_content instead of typed lists
   * @throws ServingException RESOURCE_EXHAUSTED if it is larger than a gRPC message can be
   */
  public static PredictAnswer of(
      ServableId id, Signature signature, int[] outputs, Tensor[] tensors, boolean asContent)
      throws ServingException {
    byte[][] names = new byte[tensors.length][];
    TensorEncoding[] encodings = new TensorEncoding[tensors.length];
    for (int i = 0; i < tensors.length; i++) {
      names[i] = signature.outputs().get(outputs[i]).name().getBytes(StandardCharsets.UTF_8);
      encodings[i] = new TensorEncoding(tensors[i], asContent);
    }
    return new PredictAnswer(id, signature.key(), names, encodings);
  }

  private int size(ServableId id) throws ServingException {
    long total = fieldSize(specSize);
    for (int i = 0; i < tensors.length; i++) {
      long entry = entrySize(i);
      total += 1 + ProtoWriter.varintSize(entry) + entry;
    }
    if (total > Integer.MAX_VALUE) {
      throw new ServingException(
          Code.RESOURCE_EXHAUSTED,
          "The response of servable %s has %d bytes, a gRPC message at most %d"
              .formatted(id, total, Integer.MAX_VALUE));
    }
    return (int) total;
  }

  private static int fieldSize(int length) {
    return 1 + ProtoWriter.varintSize(length) + length;
  }

  private int versionSize() {
    return version == 0 ? 0 : 1 + ProtoWriter.varintSize(version);
  }

  private long entrySize(int index) {
    long tensor = tensors[index].size();
    return fieldSize(names[index].length) + 1 + ProtoWriter.varintSize(tensor) + tensor;
  }

  /** Returns the size of the message in bytes. */
  public int size() {
    return size;
  }

  /** Writes the message: exactly {@link #size} bytes. */
  public void writeTo(OutputStream stream) throws IOException {
    ProtoWriter out = new ProtoWriter(stream, size);
    for (int i = 0; i < tensors.length; i++) {
      out.varint(OUTPUTS);
      out.varint(entrySize(i));
      out.bytes(ENTRY_KEY, names[i]);
      out.varint(ENTRY_VALUE);
      out.varint(tensors[i].size());
      tensors[i].write(out);
    }
    writeSpec(out);
    out.flush();
    if (out.written() != size) {
      throw new IllegalStateException("sized " + size + " bytes, wrote " + out.written());
    }
  }

  private void writeSpec(ProtoWriter out) throws IOException {
    out.varint(MODEL_SPEC);
    out.varint(specSize);
    out.bytes(SPEC_NAME, model);
    out.varint(SPEC_VERSION);
    out.varint(versionSize());
    if (version != 0) {
      out.varint(INT64_VALUE);
      out.varint(version);
    }
    if (signature.length > 0) {
      out.bytes(SPEC_SIGNATURE, signature);
    }
  }

  /** Returns the message as the transport wants it. */
  public InputStream stream() {
    return new Drain(this);
  }

  /** Can be drained once; reading it bit by bit, later, would read freed tensors. */
  private static final class Drain extends InputStream implements Drainable, KnownLength {
    private final PredictAnswer answer;

    Drain(PredictAnswer answer) {
      this.answer = answer;
    }

    @Override
    public int available() {
      return answer.size;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      answer.writeTo(target);
      return answer.size;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("a Predict answer is drained, not read");
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return read();
    }
  }
}
