package dev.sluice.api.oip.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.api.oip.Datatype;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.sluice.protos.inference.InferParameter;
import dev.sluice.protos.inference.InferTensorContents;
import dev.sluice.protos.inference.ModelInferRequest;
import dev.sluice.protos.inference.ModelInferRequest.InferInputTensor;
import dev.sluice.protos.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.sluice.protos.inference.ModelInferResponse;
import dev.sluice.tensor.DataType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ModelInfer answers, and what it refuses in which words. */
final class ModelInferTest {
  @TempDir Path sharedMemory;
  private InferServer server;
  private GRPCInferenceServiceBlockingStub client;

  @BeforeEach
  void start() throws IOException {
    server = new InferServer(sharedMemory);
    server.add("m", 3, "x", DataType.FLOAT);
    server.add("two", 1, "a", DataType.INT32, "b", DataType.STRING);
    client = GRPCInferenceServiceGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  static InferInputTensor.Builder input(String name, Datatype type, long... shape) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName(name).setDatatype(type.name());
    for (long dim : shape) {
      input.addShape(dim);
    }
    return input;
  }

  static ByteString floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return ByteString.copyFrom(bytes.array());
  }

  static ByteString strings(String... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String value : values) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      ByteBuffer element = ByteBuffer.allocate(4 + utf8.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.writeBytes(element.putInt(utf8.length).put(utf8).array());
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static ModelInferRequest.Builder request(String model) {
    return ModelInferRequest.newBuilder().setModelName(model);
  }

  /** Asserts that a request is refused, and returns the words. */
  private String refused(Status.Code code, ModelInferRequest.Builder request) {
    StatusRuntimeException refusal =
        assertThrows(StatusRuntimeException.class, () -> client.modelInfer(request.build()));
    assertEquals(code, refusal.getStatus().getCode(), refusal.getMessage());
    server.awaitIdle();
    return String.valueOf(refusal.getStatus().getDescription());
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  @Test
  void rawValuesAreAnsweredRaw() {
    ModelInferResponse answer =
        client.modelInfer(
            request("m")
                .setId("an id")
                .addInputs(input("x", Datatype.FP32, 2, 1))
                .addRawInputContents(floats(1.5f, -2))
                .build());
    assertEquals("m", answer.getModelName());
    assertEquals("3", answer.getModelVersion());
    assertEquals("an id", answer.getId());
    assertEquals(1, answer.getOutputsCount());
    assertEquals("x_out", answer.getOutputs(0).getName());
    assertEquals("FP32", answer.getOutputs(0).getDatatype());
    assertEquals(List.of(2L, 1L), answer.getOutputs(0).getShapeList());
    assertEquals(List.of(floats(1.5f, -2)), answer.getRawOutputContentsList());
    assertTrue(!answer.getOutputs(0).hasContents());
  }

  @Test
  void typedValuesAreAnsweredTypedUnlessAParameterSaysRaw() {
    ModelInferRequest.Builder typed =
        request("two")
            .addInputs(
                input("a", Datatype.INT32, 2)
                    .setContents(
                        InferTensorContents.newBuilder().addIntContents(-7).addIntContents(8)))
            .addInputs(
                input("b", Datatype.BYTES, 1)
                    .setContents(
                        InferTensorContents.newBuilder()
                            .addBytesContents(ByteString.copyFromUtf8("text"))));
    ModelInferResponse answer = client.modelInfer(typed.build());
    assertEquals(List.of(-7, 8), answer.getOutputs(0).getContents().getIntContentsList());
    assertEquals(
        List.of(ByteString.copyFromUtf8("text")),
        answer.getOutputs(1).getContents().getBytesContentsList());
    assertEquals(0, answer.getRawOutputContentsCount());

    InferParameter yes = InferParameter.newBuilder().setBoolParam(true).build();
    ModelInferResponse raw =
        client.modelInfer(typed.putParameters("binary_data_output", yes).build());
    assertEquals(strings("text"), raw.getRawOutputContents(1));
    assertTrue(!raw.getOutputs(0).hasContents());
  }

  @Test
  void outputsAreThoseNamedInTheirOrder() {
    ModelInferRequest.Builder both =
        request("two")
            .addInputs(input("b", Datatype.BYTES, 2))
            .addInputs(input("a", Datatype.INT32, 0))
            .addRawInputContents(strings("", "é"))
            .addRawInputContents(ByteString.EMPTY);
    ModelInferRequest.Builder reversed =
        both.clone()
            .addOutputs(InferRequestedOutputTensor.newBuilder().setName("b_out"))
            .addOutputs(InferRequestedOutputTensor.newBuilder().setName("a_out"));
    ModelInferResponse answer = client.modelInfer(reversed.build());
    assertEquals("b_out", answer.getOutputs(0).getName());
    assertEquals(strings("", "é"), answer.getRawOutputContents(0));
    assertEquals(ByteString.EMPTY, answer.getRawOutputContents(1));
    assertEquals(List.of(0L), answer.getOutputs(1).getShapeList());

    assertEquals(
        "Model two version 1: expected outputs among [a_out, b_out], found \"c\"",
        refused(
            Status.Code.INVALID_ARGUMENT,
            both.clone().addOutputs(InferRequestedOutputTensor.newBuilder().setName("c"))));
    assertEquals(
        "Model two version 1: expected output a_out once, found it twice",
        refused(
            Status.Code.INVALID_ARGUMENT,
            reversed.addOutputs(InferRequestedOutputTensor.newBuilder().setName("a_out"))));
  }

  @Test
  void aModelThatIsNotThereIsNotFound() {
    refused(Status.Code.NOT_FOUND, request("none"));
    refused(Status.Code.NOT_FOUND, request("m").setModelVersion("4"));
    assertEquals(
        "expected a model name, found none", refused(Status.Code.INVALID_ARGUMENT, request("")));
    assertEquals(
        "Model m: expected a version number or no version, found version \"stable\"",
        refused(Status.Code.INVALID_ARGUMENT, request("m").setModelVersion("stable")));
    refused(Status.Code.INVALID_ARGUMENT, request("m").setModelVersion("-1"));
  }

  @Test
  void inputsMustBeThoseOfTheModel() {
    assertEquals(
        "Model m version 3: expected inputs [x], found none for x",
        refused(Status.Code.INVALID_ARGUMENT, request("m")));
    assertEquals(
        "Model m version 3: expected inputs [x], found \"y\"",
        refused(
            Status.Code.INVALID_ARGUMENT, request("m").addInputs(input("y", Datatype.FP32, 1))));
    InferInputTensor.Builder one =
        input("x", Datatype.FP32, 1)
            .setContents(InferTensorContents.newBuilder().addFp32Contents(1));
    assertEquals(
        "Model m version 3: expected input x once, found it twice",
        refused(Status.Code.INVALID_ARGUMENT, request("m").addInputs(one).addInputs(one)));
    assertEquals(
        "Model m version 3: input x: expected datatype FP32, found \"INT64\"",
        refused(
            Status.Code.INVALID_ARGUMENT, request("m").addInputs(input("x", Datatype.INT64, 1))));
    assertEquals(
        "Model m version 3: input x: expected datatype FP32, found \"float\"",
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("m").addInputs(one.clone().setDatatype("float"))));
  }

  @Test
  void shapesAndValuesMustAgree() {
    assertEquals(
        "Model m version 3: input x: expected 2 elements of 4 bytes for shape [2], found 4 bytes",
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("m").addInputs(input("x", Datatype.FP32, 2)).addRawInputContents(floats(1))));
    assertEquals(
        "Model m version 3: input x: expected 2 values for shape [2], found 1",
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("m")
                .addInputs(
                    input("x", Datatype.FP32, 2)
                        .setContents(InferTensorContents.newBuilder().addFp32Contents(1)))));
    assertEquals(
        "Model m version 3: input x: expected 1 values for shape [1], found 0",
        refused(
            Status.Code.INVALID_ARGUMENT, request("m").addInputs(input("x", Datatype.FP32, 1))));
    String negative =
        refused(
            Status.Code.INVALID_ARGUMENT, request("m").addInputs(input("x", Datatype.FP32, -1)));
    assertTrue(negative.contains("input x: expected a shape"), negative);
    String overflow =
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("m").addInputs(input("x", Datatype.FP32, 1L << 32, 1L << 31)));
    assertTrue(overflow.contains("less than 2^63"), overflow);
    refused(
        Status.Code.INVALID_ARGUMENT,
        request("m")
            .addInputs(input("x", Datatype.FP32, 1L << 62))
            .addRawInputContents(ByteString.EMPTY));
  }

  @Test
  void rawAndTypedValuesExcludeEachOther() {
    InferInputTensor.Builder typed =
        input("x", Datatype.FP32, 1)
            .setContents(InferTensorContents.newBuilder().addFp32Contents(1));
    assertEquals(
        "Model m version 3: input x: expected values in contents or in raw_input_contents, found"
            + " both",
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("m").addInputs(typed).addRawInputContents(floats(1))));
    assertEquals(
        "Model m version 3: expected 1 raw_input_contents, one for each input that is not in"
            + " shared memory, found 2",
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("m")
                .addInputs(input("x", Datatype.FP32, 1))
                .addRawInputContents(floats(1))
                .addRawInputContents(floats(1))));
    assertEquals(
        "Model two version 1: input a: expected raw_input_contents number 2, found only 1",
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("two")
                .addInputs(input("b", Datatype.BYTES, 1))
                .addInputs(input("a", Datatype.INT32, 1))
                .addRawInputContents(strings("x"))));
    assertEquals(
        "Model m version 3: input x: expected FP32 values in fp32_contents only, found values in"
            + " [int_contents]",
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("m")
                .addInputs(
                    input("x", Datatype.FP32, 1)
                        .setContents(InferTensorContents.newBuilder().addIntContents(1)))));
  }

  @Test
  void stringsMustFillTheirBytes() {
    ModelInferRequest.Builder two =
        request("two")
            .addInputs(input("a", Datatype.INT32, 0))
            .addInputs(input("b", Datatype.BYTES, 2))
            .addRawInputContents(ByteString.EMPTY);
    for (ByteString wrong :
        List.of(
            ByteString.EMPTY,
            strings("one"),
            strings("one", "two", "three"),
            strings("one", "two").substring(0, 13),
            ByteString.copyFrom(new byte[] {0, 0, 0, 0, -1, -1, -1, -1}))) {
      String words = refused(Status.Code.INVALID_ARGUMENT, two.clone().addRawInputContents(wrong));
      assertTrue(words.contains("input b: expected 2 elements for shape [2]"), words);
    }
  }

  @Test
  void parametersMayBringATimeoutButNoSequence() {
    ModelInferRequest.Builder one =
        request("m").addInputs(input("x", Datatype.FP32, 1)).addRawInputContents(floats(1));
    assertEquals(
        1,
        client
            .modelInfer(
                one.clone()
                    .putParameters("timeout", number(60_000_000))
                    .putParameters("priority", number(1))
                    .putParameters("sequence_id", number(0))
                    .putParameters("whatever", text("is ignored"))
                    .build())
            .getOutputsCount());
    refused(Status.Code.DEADLINE_EXCEEDED, one.clone().putParameters("timeout", number(1)));
    String sequence =
        refused(Status.Code.UNIMPLEMENTED, one.clone().putParameters("sequence_id", number(5)));
    assertTrue(sequence.contains("sequence_id"), sequence);
    assertEquals(
        "Parameter timeout of a request for model m: expected an integer that is not negative,"
            + " found a string of 2 characters",
        refused(Status.Code.INVALID_ARGUMENT, one.clone().putParameters("timeout", text("1s"))));
    assertEquals(
        "Model m version 3: expected signature_name to be one of [serving_default], found"
            + " \"other\"",
        refused(
            Status.Code.INVALID_ARGUMENT,
            one.clone().putParameters("signature_name", text("other"))));
  }

  @Test
  void classesAreTheHighestValuesWithTheirPlaces() {
    ModelInferRequest.Builder rows =
        request("m")
            .addInputs(input("x", Datatype.FP32, 2, 3))
            .addRawInputContents(floats(0.1f, 0.7f, 0.2f, 5, -1, 5));
    ModelInferResponse answer =
        client.modelInfer(
            rows.addOutputs(
                    InferRequestedOutputTensor.newBuilder()
                        .setName("x_out")
                        .putParameters("classification", number(2)))
                .build());
    assertEquals("BYTES", answer.getOutputs(0).getDatatype());
    assertEquals(List.of(2L, 2L), answer.getOutputs(0).getShapeList());
    assertEquals(
        strings("0.700000:1", "0.200000:2", "5.000000:0", "5.000000:2"),
        answer.getRawOutputContents(0));
    ModelInferRequest.Builder ofStrings =
        request("two")
            .addInputs(input("b", Datatype.BYTES, 1))
            .addInputs(input("a", Datatype.INT32, 0))
            .addRawInputContents(strings("x"))
            .addRawInputContents(ByteString.EMPTY)
            .addOutputs(
                InferRequestedOutputTensor.newBuilder()
                    .setName("b_out")
                    .putParameters("classification", number(2)));
    assertEquals(
        "Model two version 1: output b_out: expected numbers to classify by, found BYTES",
        refused(Status.Code.INVALID_ARGUMENT, ofStrings));
  }

  @Test
  void classesAreBounded() {
    InferRequestedOutputTensor.Builder all =
        InferRequestedOutputTensor.newBuilder()
            .setName("x_out")
            .putParameters("classification", number(Integer.MAX_VALUE));
    ModelInferResponse answer =
        client.modelInfer(
            request("m")
                .addInputs(input("x", Datatype.FP32, 2, 50_000))
                .addRawInputContents(floats(new float[100_000]))
                .addOutputs(all)
                .build());
    assertEquals(List.of(2L, 50_000L), answer.getOutputs(0).getShapeList());
    assertEquals(
        "Model m version 3: output x_out: expected a classification into at most 100000 classes,"
            + " of all rows together, found 100002",
        refused(
            Status.Code.INVALID_ARGUMENT,
            request("m")
                .addInputs(input("x", Datatype.FP32, 2, 50_001))
                .addRawInputContents(floats(new float[100_002]))
                .addOutputs(all)));
  }

  @Test
  void partsAreBoundedAllTogether() {
    ModelInferRequest.Builder most =
        request("m").addInputs(input("x", Datatype.FP32, 1)).addRawInputContents(floats(1));
    for (int i = 0; i < 10_000; i++) {
      most.putParameters("p" + i, number(i));
    }
    assertEquals(1, client.modelInfer(most.build()).getOutputsCount());
    String parameters = "expected at most 10000 parameters in a request, found more";
    ModelInferRequest.Builder ofInput = most.clone();
    ofInput.getInputsBuilder(0).putParameters("p", number(1));
    assertEquals(parameters, refused(Status.Code.INVALID_ARGUMENT, ofInput));
    ModelInferRequest.Builder ofOutput = most.clone();
    ofOutput.addOutputsBuilder().setName("x_out").putParameters("p", number(1));
    assertEquals(parameters, refused(Status.Code.INVALID_ARGUMENT, ofOutput));
    ModelInferRequest.Builder inputs = request("m");
    ModelInferRequest.Builder outputs = request("m");
    for (int i = 0; i <= 10_000; i++) {
      inputs.addInputsBuilder();
      outputs.addOutputsBuilder();
    }
    assertEquals(
        "expected at most 10000 inputs in a request, found more",
        refused(Status.Code.INVALID_ARGUMENT, inputs));
    assertEquals(
        "expected at most 10000 outputs in a request, found more",
        refused(Status.Code.INVALID_ARGUMENT, outputs));
  }
}
