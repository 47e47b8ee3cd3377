package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.sluice.protos.inference.InferParameter;
import dev.sluice.protos.inference.InferTensorContents;
import dev.sluice.protos.inference.ModelInferRequest;
import dev.sluice.protos.inference.ModelInferRequest.InferInputTensor;
import dev.sluice.protos.inference.ModelInferResponse;
import dev.sluice.protos.inference.ModelInferResponse.InferOutputTensor;
import dev.sluice.protos.tensorflow.TensorProto;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recorded answers of every engine, asked for by the Open Inference Protocol over gRPC, in both
 * forms that it has for values.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenInferenceGrpcGoldenTest {
  private ServerProcess server;
  private ManagedChannel channel;
  private GRPCInferenceServiceBlockingStub client;

  @BeforeAll
  void start(@TempDir Path scratch) throws Exception {
    server = OipGolden.serve(scratch);
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    client = GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  @AfterAll
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  @TestFactory
  List<DynamicTest> raw() throws IOException {
    return tests(true);
  }

  /** Numbers of 16 bits are raw in either form. */
  @TestFactory
  List<DynamicTest> typed() throws IOException {
    return tests(false);
  }

  private List<DynamicTest> tests(boolean raw) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (OipGolden.Case golden : OipGolden.cases()) {
      if (raw || golden.tensors().stream().noneMatch(OipTensors::isHalf)) {
        tests.add(DynamicTest.dynamicTest(golden.name(), () -> check(golden, raw)));
      }
    }
    assertTrue(tests.size() > 250, "found only " + tests.size() + " cases");
    return tests;
  }

  private void check(OipGolden.Case golden, boolean raw) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName(golden.model())
            .setModelVersion(golden.version())
            .setId("golden")
            .putParameters(
                "signature_name",
                InferParameter.newBuilder().setStringParam(golden.signature()).build());
    for (Map.Entry<String, JsonElement> entry : golden.inputs().asMap().entrySet()) {
      JsonObject tensor = entry.getValue().getAsJsonObject();
      InferInputTensor.Builder input =
          request
              .addInputsBuilder()
              .setName(entry.getKey())
              .setDatatype(OipTensors.datatype(tensor));
      tensor.getAsJsonArray("shape").forEach(dim -> input.addShape(dim.getAsLong()));
      if (raw) {
        request.addRawInputContents(ByteString.copyFrom(OipTensors.raw(tensor)));
      } else {
        input.setContents(contents(Tensors.toProto(tensor)));
      }
    }
    ModelInferResponse response = client.modelInfer(request.build());
    assertEquals("golden", response.getId());
    assertEquals(golden.version(), response.getModelVersion());
    assertEquals(golden.outputs().size(), response.getOutputsCount());
    for (int i = 0; i < response.getOutputsCount(); i++) {
      String name = response.getOutputs(i).getName();
      golden.assertMatches(name, outputOf(response, i));
    }
  }

  private static InferTensorContents contents(TensorProto tensor) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    switch (tensor.getDtype()) {
      case DT_UINT8, DT_UINT16 -> contents.addAllUintContents(tensor.getIntValList());
      default -> contents.addAllIntContents(tensor.getIntValList());
    }
    return contents
        .addAllFp32Contents(tensor.getFloatValList())
        .addAllFp64Contents(tensor.getDoubleValList())
        .addAllInt64Contents(tensor.getInt64ValList())
        .addAllUintContents(tensor.getUint32ValList())
        .addAllUint64Contents(tensor.getUint64ValList())
        .addAllBoolContents(tensor.getBoolValList())
        .addAllBytesContents(tensor.getStringValList())
        .build();
  }

  /** Returns an output in the form of the golden files. */
  private static JsonObject outputOf(ModelInferResponse response, int index) {
    InferOutputTensor output = response.getOutputs(index);
    JsonObject head = new JsonObject();
    head.addProperty("datatype", output.getDatatype());
    JsonArray shape = new JsonArray();
    output.getShapeList().forEach(shape::add);
    head.add("shape", shape);
    if (response.getRawOutputContentsCount() == 0) {
      head.add("data", values(output));
      return OipTensors.ofJson(head);
    }
    ByteString raw = response.getRawOutputContents(index);
    JsonObject size = new JsonObject();
    size.addProperty("binary_data_size", raw.size());
    head.add("parameters", size);
    return OipTensors.ofRaw(head, ByteBuffer.wrap(raw.toByteArray()));
  }

  private static JsonArray values(InferOutputTensor output) {
    JsonArray values = new JsonArray();
    InferTensorContents contents = output.getContents();
    contents.getFp32ContentsList().forEach(value -> values.add(Float.toString(value)));
    contents.getFp64ContentsList().forEach(value -> values.add(Double.toString(value)));
    contents.getIntContentsList().forEach(values::add);
    contents.getInt64ContentsList().forEach(values::add);
    contents.getUintContentsList().forEach(value -> values.add(Integer.toUnsignedLong(value)));
    contents.getUint64ContentsList().forEach(value -> values.add(Long.toUnsignedString(value)));
    contents.getBoolContentsList().forEach(values::add);
    contents
        .getBytesContentsList()
        .forEach(
            value -> {
              JsonObject bytes = new JsonObject();
              bytes.addProperty("b64", Base64.getEncoder().encodeToString(value.toByteArray()));
              values.add(bytes);
            });
    return values;
  }
}
