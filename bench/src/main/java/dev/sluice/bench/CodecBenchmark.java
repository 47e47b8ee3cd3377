package dev.sluice.bench;

import dev.sluice.api.tfs.wire.PredictAnswer;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Our codec for Predict beside protobuf-java doing the same work: a request into native memory, an
 * answer out of it. Run with {@code -prof gc}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
  private static final ServableId ID = new ServableId("m", 1);

  /** How many floats the request and the answer hold. */
  @Param({"3", "1024", "150528"})
  public int count;

  /** In which field of TensorProto the request has them. */
  @Param({"tensor_content", "float_val"})
  public String field = "tensor_content";

  private final RequestDecoder decoder = new RequestDecoder(Messages.SIGNATURE, Messages.INPUT);
  private final NativeTensors allocator = new NativeTensors();
  private final Signature signature =
      new Signature(
          Messages.SIGNATURE,
          "",
          List.of(),
          List.of(new TensorSpec("y", DataType.FLOAT, false, Shape.unknownRank(), "y:0")),
          Map.of());
  private byte[] request = {};
  private Tensor[] outputs = {};

  /** Makes the messages. */
  @Setup(Level.Trial)
  public void start() {
    float[] values = Messages.values(count);
    request = Messages.predictRequest(values, field.equals("tensor_content"));
    Tensor output = allocator.allocate(DataType.FLOAT, Shape.of(1, count), 4L * count);
    MemorySegment.copy(values, 0, output.data(), ValueLayout.JAVA_FLOAT, 0, count);
    outputs = new Tensor[] {output};
  }

  /** Frees them. */
  @TearDown(Level.Trial)
  public void stop() {
    outputs[0].close();
  }

  /** Scans the head and decodes the one input. */
  @Benchmark
  public long decode() throws IOException {
    try (MessageBytes message = MessageBytes.of(ByteBuffer.wrap(request))) {
      return decoder.decode(message);
    }
  }

  /** Parses by protobuf-java and copies the values to native memory. */
  @Benchmark
  public long decodeByProtobuf() throws IOException {
    TensorProto proto = PredictRequest.parseFrom(request).getInputsOrThrow(Messages.INPUT);
    try (Tensor tensor = allocator.allocate(DataType.FLOAT, Shape.of(1, count), 4L * count)) {
      MemorySegment data = tensor.data();
      if (proto.getTensorContent().isEmpty()) {
        for (int i = 0; i < count; i++) {
          data.setAtIndex(ValueLayout.JAVA_FLOAT, i, proto.getFloatVal(i));
        }
      } else {
        data.copyFrom(MemorySegment.ofBuffer(proto.getTensorContent().asReadOnlyByteBuffer()));
      }
      return data.byteSize();
    }
  }

  /** Writes an answer with one output. */
  @Benchmark
  public int encode() throws IOException, ServingException {
    PredictAnswer answer = PredictAnswer.of(ID, signature, signature.allOutputs(), outputs, false);
    answer.writeTo(OutputStream.nullOutputStream());
    return answer.size();
  }

  /** Builds and writes the same answer by protobuf-java. */
  @Benchmark
  public int encodeByProtobuf() throws IOException {
    MemorySegment data = outputs[0].data();
    TensorProto.Builder proto = TensorProto.newBuilder();
    proto.setDtype(dev.sluice.protos.tensorflow.DataType.DT_FLOAT);
    for (int i = 0; i < count; i++) {
      proto.addFloatVal(data.getAtIndex(ValueLayout.JAVA_FLOAT, i));
    }
    PredictResponse response =
        PredictResponse.newBuilder()
            .setModelSpec(ModelSpec.newBuilder().setName(ID.model()))
            .putOutputs("y", proto.build())
            .build();
    response.writeTo(OutputStream.nullOutputStream());
    return response.getSerializedSize();
  }
}
