package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.sluice.api.tfs.json.JsonBody;
import dev.sluice.api.tfs.json.JsonExamples;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.StringTensors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Random examples in JSON, and what TensorFlow's own ParseExample reads in what we make of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExamplesFromJsonTest {
  private static final int ROUNDS = 50;
  private static final int MOST_EXAMPLES = 40;

  private ServerProcess server;
  private ManagedChannel channel;

  @BeforeAll
  void start() throws Exception {
    server =
        ServerProcess.serve(
            "--model_name=parse_examples", "--model_base_path=" + Models.path("parse_examples"));
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
  }

  @AfterAll
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  /** What the values of one feature are to be, and of which example each is. */
  private static final class Column<T> {
    private final List<T> values = new ArrayList<>();
    private final List<Long> rows = new ArrayList<>();

    void add(long row, T value) {
      rows.add(row);
      values.add(value);
    }

    /** Forgets what a feature of the same name said earlier in a row. */
    void restart(long row) {
      while (!rows.isEmpty() && rows.getLast() == row) {
        rows.removeLast();
        values.removeLast();
      }
    }
  }

  @Test
  void tensorFlowReadsWhatTheJsonSays() throws Exception {
    long seed = System.nanoTime();
    System.out.println("examples from JSON: seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      assertReadBack(random, "seed " + seed + " round " + round);
    }
  }

  private void assertReadBack(Random random, String where) throws ServingException {
    Column<Float> floats = new Column<>();
    Column<Long> longs = new Column<>();
    Column<ByteString> strings = new Column<>();
    boolean context = random.nextInt(3) == 0;
    int count = 1 + random.nextInt(MOST_EXAMPLES);
    List<String> examples = new ArrayList<>();
    for (long row = 0; row < count; row++) {
      List<String> members = new ArrayList<>();
      if (context) {
        // Overruled below if the example has the feature itself.
        floats.add(row, 0.5f);
      }
      for (int i = random.nextInt(6); i > 0; i--) {
        switch (random.nextInt(4)) {
          case 0 -> members.add("\"f\":" + floatsOf(random, row, floats));
          case 1 -> members.add("\"i\":" + longsOf(random, row, longs));
          case 2 -> members.add("\"b\":" + stringsOf(random, row, strings));
          default -> members.add("\"other \\u00e4\":[1,true]");
        }
      }
      examples.add("{" + String.join(", ", members) + "}");
    }
    String json =
        "{"
            + (context ? "\"context\": {\"f\": 0.5}," : "")
            + "\"examples\": ["
            + String.join(",\n", examples)
            + "]}";
    PredictResponse found = parsed(json);
    String message = where + ": " + json;
    assertEquals(floats.values, found.getOutputsOrThrow("f_values").getFloatValList(), message);
    assertEquals(floats.rows, found.getOutputsOrThrow("f_rows").getInt64ValList(), message);
    assertEquals(longs.values, found.getOutputsOrThrow("i_values").getInt64ValList(), message);
    assertEquals(longs.rows, found.getOutputsOrThrow("i_rows").getInt64ValList(), message);
    assertEquals(strings.values, found.getOutputsOrThrow("b_values").getStringValList(), message);
    assertEquals(strings.rows, found.getOutputsOrThrow("b_rows").getInt64ValList(), message);
  }

  private static String floatsOf(Random random, long row, Column<Float> column) {
    column.restart(row);
    List<String> texts = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      double value =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(1000);
            case 1 -> Float.intBitsToFloat(random.nextInt());
            case 2 -> random.nextGaussian() * 1e300;
            default -> random.nextDouble();
          };
      if (Math.abs(value) < Double.MIN_NORMAL) {
        value = 0; // smaller ones the reference reads as 0
      }
      texts.add(String.valueOf(value));
      column.add(row, (float) value);
    }
    return list(random, texts);
  }

  private static String longsOf(Random random, long row, Column<Long> column) {
    column.restart(row);
    List<String> texts = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      boolean truth = random.nextInt(5) == 0;
      long value = truth ? random.nextInt(2) : random.nextLong() >> random.nextInt(64);
      texts.add(truth ? String.valueOf(value == 1) : String.valueOf(value));
      column.add(row, value);
    }
    return list(random, texts);
  }

  private static String stringsOf(Random random, long row, Column<ByteString> column) {
    column.restart(row);
    List<String> texts = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      byte[] bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        texts.add("{\"b64\": \"" + Base64.getEncoder().encodeToString(bytes) + "\"}");
      } else {
        bytes = Arrays.toString(bytes).replace('1', 'é').getBytes(StandardCharsets.UTF_8);
        texts.add('"' + new String(bytes, StandardCharsets.UTF_8).replace("é", "\\u00E9") + '"');
      }
      column.add(row, ByteString.copyFrom(bytes));
    }
    return list(random, texts);
  }

  /** Returns an array, or now and then a single value as itself. */
  private static String list(Random random, List<String> texts) {
    return texts.size() == 1 && random.nextBoolean() ? texts.getFirst() : texts.toString();
  }

  private PredictResponse parsed(String json) throws ServingException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    JsonExamples examples = JsonExamples.read(JsonBody.scan(body, 0, body.length));
    int count = examples.count();
    MemorySegment data =
        MemorySegment.ofArray(
            new byte[(int) StringTensors.byteSize(count, examples.contentBytes())]);
    examples.copyTo(data);
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(count);
    for (int i = 0; i < count; i++) {
      byte[] example = StringTensors.element(data, count, i).toArray(ValueLayout.JAVA_BYTE);
      tensor.addStringVal(ByteString.copyFrom(example));
    }
    PredictRequest.Builder request =
        PredictRequest.newBuilder().putInputs("examples", tensor.build());
    request.getModelSpecBuilder().setName("parse_examples");
    return PredictionServiceGrpc.newBlockingStub(channel).predict(request.build());
  }
}
