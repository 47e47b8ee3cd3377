package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.JsonTexts;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** What the tests of this package share. */
final class JsonTestSupport {
  private JsonTestSupport() {}

  /** Tensors of one conversion, by input; closed with this. */
  static final class Inputs implements InputSink, AutoCloseable {
    private final NativeTensors allocator = new NativeTensors();
    private final List<Tensor> all = new ArrayList<>();
    final Tensor[] byInput;

    Inputs(Signature signature) {
      byInput = new Tensor[signature.inputs().size()];
    }

    @Override
    public Tensor allocate(int input, DataType dtype, Shape shape, long byteSize) {
      Tensor tensor = allocator.allocate(dtype, shape, byteSize);
      all.add(tensor);
      byInput[input] = tensor;
      return tensor;
    }

    @Override
    public void close() {
      all.forEach(Tensor::close);
    }
  }

  static TensorSpec spec(String name, DataType dtype) {
    return new TensorSpec(name, dtype, false, Shape.unknownRank(), name + ":0");
  }

  /** Returns a signature with one input and one output of a type, both called x. */
  static Signature signature(DataType dtype) {
    return signature(spec("x", dtype));
  }

  /** Returns a signature whose outputs are called and typed like its inputs. */
  static Signature signature(TensorSpec... specs) {
    return new Signature("serving_default", "", List.of(specs), List.of(specs), Map.of());
  }

  static JsonBody scan(String json) throws ServingException {
    byte[] bytes = JsonTexts.utf8(json);
    return JsonBody.scan(bytes, 0, bytes.length);
  }

  /** Converts a request and writes its inputs back as if they were the outputs. */
  static String echo(String json, Signature signature) throws ServingException {
    try (Inputs inputs = new Inputs(signature)) {
      JsonFormat format = PredictInputs.fill(scan(json), signature, inputs);
      return write(format, signature, inputs.byInput);
    }
  }

  static String write(JsonFormat format, Signature signature, Tensor... outputs)
      throws ServingException {
    JsonSink sink = new JsonSink(0);
    JsonPredictResponse.write(sink, format, signature, signature.allOutputs(), outputs);
    return new String(sink.toByteArray(), StandardCharsets.UTF_8);
  }

  /** Returns the text of the error that a request is refused with. */
  static String refusal(String json, Signature signature) {
    return Assertions.assertThrows(ServingException.class, () -> echo(json, signature)).text();
  }
}
