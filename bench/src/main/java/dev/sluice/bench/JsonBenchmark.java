package dev.sluice.bench;

import com.google.gson.JsonParser;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.tfs.json.JsonFormat;
import dev.sluice.api.tfs.json.JsonPredictResponse;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
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
 * Predict's JSON: a body into native memory, beside gson building a tree of it, and an answer out
 * of native memory. The average is per body; divide its size by the time for a rate. Run with
 * {@code -prof gc}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class JsonBenchmark {
  /** How many floats the body and the answer hold. */
  @Param({"3", "784", "150528"})
  public int count;

  private final RequestDecoder decoder = new RequestDecoder(Messages.SIGNATURE, Messages.INPUT);
  private final JsonSink sink = new JsonSink(1 << 10);
  private final Signature signature =
      new Signature(
          Messages.SIGNATURE,
          "",
          List.of(),
          List.of(new TensorSpec("y", DataType.FLOAT, false, Shape.unknownRank(), "y:0")),
          Map.of());
  private byte[] body = {};
  private String text = "";
  private Tensor[] outputs = {};

  /** Makes body and answer. */
  @Setup(Level.Trial)
  public void start() {
    float[] values = Messages.values(count);
    body = Messages.json(values);
    text = new String(body, StandardCharsets.US_ASCII);
    Tensor output = new NativeTensors().allocate(DataType.FLOAT, Shape.of(1, count), 4L * count);
    MemorySegment.copy(values, 0, output.data(), ValueLayout.JAVA_FLOAT, 0, count);
    outputs = new Tensor[] {output};
  }

  /** Frees them. */
  @TearDown(Level.Trial)
  public void stop() {
    outputs[0].close();
  }

  /** Checks the syntax and converts the numbers. */
  @Benchmark
  public long decode() throws IOException {
    return decoder.decode(body, body.length);
  }

  /** Only builds a tree, of numbers that are still text. */
  @Benchmark
  public Object parseByGson() {
    return JsonParser.parseString(text);
  }

  /** Writes an answer in row form. */
  @Benchmark
  public int encode() throws ServingException {
    sink.clear();
    JsonPredictResponse.write(sink, JsonFormat.ROW, signature, signature.allOutputs(), outputs);
    return sink.length();
  }
}
