package dev.sluice.api.oip.wire;

import com.google.protobuf.CodedOutputStream;
import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.RegionSlice;
import dev.sluice.api.wire.ProtoWriter;
import dev.sluice.protos.inference.InferParameter;
import dev.sluice.protos.inference.ModelInferResponse;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Tensor;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A ModelInferResponse that still lies in the tensors of a run.
 *
 * <p>It is written when the transport drains {@link #stream}, which grpc-java does inside {@code
 * ServerCall.sendMessage}, on the calling thread: the tensors must live until that has returned,
 * and no longer.
 */
public final class ModelInferAnswer {
  private static final int MODEL_NAME = 1 << 3 | 2;
  private static final int MODEL_VERSION = 2 << 3 | 2;
  private static final int ID = 3 << 3 | 2;
  private static final int OUTPUTS = 5 << 3 | 2;
  private static final int RAW_OUTPUT_CONTENTS = 6 << 3 | 2;
  private static final byte[] NO_PARAMETERS = {};

  /** Within a ModelStreamInferResponse. */
  private static final int INFER_RESPONSE = 2 << 3 | 2;

  private final byte[] model;
  private final byte[] version;
  private final byte[] requestId;
  private final byte[] parameters;
  private final OutputEncoding[] outputs;
  private final boolean raw;
  private final int size;

  /**
   * An output of an answer.
   *
   * @param region where its values are already; null for the answer
   * @param regionBytes how many they are there
   */
  public record Output(
      String name, Tensor tensor, @Nullable RegionSlice region, long regionBytes) {}

  /**
   * Sizes the answer of a run.
   *
   * @param requestId empty if the request has none
   * @param typed write values in typed lists where all outputs have such
   * @param finalResponse say that no other answer to the request will come
   * @throws ServingException RESOURCE_EXHAUSTED if it is larger than a gRPC message can be
   */
  public ModelInferAnswer(
      ServableId id, String requestId, List<Output> outputs, boolean typed, boolean finalResponse)
      throws ServingException {
    this.model = id.model().getBytes(StandardCharsets.UTF_8);
    this.version = Long.toString(id.version()).getBytes(StandardCharsets.ISO_8859_1);
    this.requestId = requestId.getBytes(StandardCharsets.UTF_8);
    this.parameters = finalResponse ? finalParameter() : NO_PARAMETERS;
    this.raw = !typed || !outputs.stream().allMatch(ModelInferAnswer::canBeTyped);
    this.outputs = new OutputEncoding[outputs.size()];
    for (int i = 0; i < this.outputs.length; i++) {
      this.outputs[i] = encoding(outputs.get(i));
    }
    this.size = size(id);
  }

  private static boolean canBeTyped(Output output) {
    Datatype datatype = Datatype.of(output.tensor().dtype());
    return output.region() == null && datatype != null && TypedContents.canHold(datatype);
  }

  private OutputEncoding encoding(Output output) {
    RegionSlice region = output.region();
    if (region != null) {
      return new OutputEncoding(
          output.name(),
          output.tensor(),
          OutputEncoding.Form.ELSEWHERE,
          regionParameters(region, output.regionBytes()));
    }
    return new OutputEncoding(
        output.name(),
        output.tensor(),
        raw ? OutputEncoding.Form.RAW : OutputEncoding.Form.TYPED,
        NO_PARAMETERS);
  }

  private static byte[] regionParameters(RegionSlice region, long bytes) {
    ModelInferResponse.InferOutputTensor.Builder fields =
        ModelInferResponse.InferOutputTensor.newBuilder()
            .putParameters(
                RegionSlice.REGION,
                InferParameter.newBuilder().setStringParam(region.region()).build())
            .putParameters(
                RegionSlice.BYTE_SIZE, InferParameter.newBuilder().setInt64Param(bytes).build());
    if (region.offset() != 0) {
      fields.putParameters(
          RegionSlice.OFFSET, InferParameter.newBuilder().setInt64Param(region.offset()).build());
    }
    return fields.build().toByteArray();
  }

  private static byte[] finalParameter() {
    return ModelInferResponse.newBuilder()
        .putParameters(
            "triton_final_response", InferParameter.newBuilder().setBoolParam(true).build())
        .build()
        .toByteArray();
  }

  private int size(ServableId id) throws ServingException {
    long total =
        OutputEncoding.fieldSize(model.length)
            + OutputEncoding.fieldSize(version.length)
            + (requestId.length == 0 ? 0 : OutputEncoding.fieldSize(requestId.length))
            + parameters.length;
    for (OutputEncoding output : outputs) {
      total += OutputEncoding.fieldSize(output.size());
      total += raw ? OutputEncoding.fieldSize(output.rawSize()) : 0;
    }
    if (total > Integer.MAX_VALUE) {
      throw new ServingException(
          Code.RESOURCE_EXHAUSTED,
          "The response of model %s version %d has %d bytes, a gRPC message at most %d"
              .formatted(id.model(), id.version(), total, Integer.MAX_VALUE));
    }
    return (int) total;
  }

  /** Returns the size of the message in bytes. */
  public int size() {
    return size;
  }

  /** Writes the message: exactly {@link #size} bytes. */
  public void writeTo(OutputStream stream) throws IOException {
    ProtoWriter out = new ProtoWriter(stream, size);
    out.bytes(MODEL_NAME, model);
    out.bytes(MODEL_VERSION, version);
    if (requestId.length > 0) {
      out.bytes(ID, requestId);
    }
    out.raw(MemorySegment.ofArray(parameters), 0, parameters.length);
    for (OutputEncoding output : outputs) {
      out.varint(OUTPUTS);
      out.varint(output.size());
      output.write(out);
    }
    if (raw) {
      for (OutputEncoding output : outputs) {
        out.varint(RAW_OUTPUT_CONTENTS);
        out.varint(output.rawSize());
        output.writeRaw(out);
      }
    }
    out.flush();
    if (out.written() != size) {
      throw new IllegalStateException("sized " + size + " bytes, wrote " + out.written());
    }
  }

  /** Returns the message as the transport wants it. */
  public InputStream stream() {
    return new Drain(this);
  }

  /**
   * Returns the message within a ModelStreamInferResponse, in memory of its own: a stream may send
   * it later.
   */
  public byte[] streamed() {
    int whole = 1 + ProtoWriter.varintSize(size) + size;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(whole);
    try {
      CodedOutputStream head = CodedOutputStream.newInstance(bytes, 1 + Integer.BYTES + 1);
      head.writeUInt32NoTag(INFER_RESPONSE);
      head.writeUInt32NoTag(size);
      head.flush();
      writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /** Can be drained once; reading it bit by bit, later, would read freed tensors. */
  private static final class Drain extends InputStream implements Drainable, KnownLength {
    private final ModelInferAnswer answer;

    Drain(ModelInferAnswer answer) {
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
      throw new UnsupportedOperationException("an answer is drained, not read");
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return read();
    }
  }
}
