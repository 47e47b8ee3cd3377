package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Request files, and what is sent for them. */
final class RequestFileTest {
  private static final PredictRequest REQUEST =
      PredictRequest.newBuilder()
          .setModelSpec(ModelSpec.newBuilder().setName("other").setSignatureName("half"))
          .putInputs("x", TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).build())
          .addOutputFilter("y")
          .build();

  private static final SignatureDef HALF =
      SignatureDef.newBuilder()
          .putInputs("x", info(TensorShapeProto.Dim.newBuilder().setSize(-1).build()))
          .putOutputs("y", info())
          .putOutputs("z", info())
          .build();

  private static final ModelInfo MODEL =
      new ModelInfo(
          OptionalLong.of(1),
          SignatureDefMap.newBuilder()
              .putSignatureDef("half", HALF)
              .putSignatureDef("serving_default", HALF)
              .build());

  @TempDir Path folder;

  private static TensorInfo info(TensorShapeProto.Dim... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (TensorShapeProto.Dim dimension : shape) {
      dimensions.addDim(dimension);
    }
    return TensorInfo.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(dimensions).build();
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("request"), content);
  }

  private Path file(String content) throws IOException {
    return file(content.getBytes(StandardCharsets.UTF_8));
  }

  private Payload payload(Protocol protocol, Path file, Optional<String> signature)
      throws BenchException {
    Target target = Target.of(protocol, "localhost", "m", OptionalLong.of(3), Optional.empty());
    return new PayloadMaker(
            target, signature, new LoadSettings.Input(Optional.of(file), OptionalInt.empty(), 1, 1))
        .make(MODEL);
  }

  private String refusal(String content) throws IOException {
    Path file = file(content);
    return String.valueOf(
        assertThrows(BenchException.class, () -> RequestFile.read(file)).getMessage());
  }

  @Test
  void tellsMessagesFromJson() throws Exception {
    assertInstanceOf(RequestFile.Json.class, RequestFile.read(file(" {\"inputs\": 1}")));
    assertEquals(new RequestFile.Proto(REQUEST), RequestFile.read(file(REQUEST.toByteArray())));
    // A model spec of 123 bytes: the message begins with a line feed and a brace.
    PredictRequest brace =
        REQUEST.toBuilder().setModelSpec(ModelSpec.newBuilder().setName("n".repeat(121))).build();
    assertEquals('{', brace.toByteString().byteAt(1));
    assertEquals(new RequestFile.Proto(brace), RequestFile.read(file(brace.toByteArray())));
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    assertTrue(refusal("[1]").contains("neither a JSON object nor a binary PredictRequest"));
    assertTrue(refusal("{\"a\":").contains("not JSON"));
    assertTrue(refusal("").contains("neither"));
    assertTrue(
        String.valueOf(
                assertThrows(BenchException.class, () -> RequestFile.read(folder.resolve("none")))
                    .getMessage())
            .endsWith("there is no such file"));
  }

  @Test
  void restSendsTheFileAsItIs() throws Exception {
    String body = "{ \"signature_name\": \"half\", \"instances\": [1.0, 2] }\n";
    Payload payload = payload(Protocol.REST, file(body), Optional.empty());
    assertEquals("half", payload.signature());
    assertEquals(body.length(), payload.bytes());
    String request = new String(payload.messages().getFirst(), StandardCharsets.UTF_8);
    assertTrue(request.startsWith("POST /v1/models/m/versions/3:predict HTTP/1.1\r\n"), request);
    assertTrue(request.endsWith("\r\n\r\n" + body), request);
  }

  @Test
  void theOptionNamesTheSignature() throws Exception {
    Payload rest = payload(Protocol.REST, file("{\"instances\":[1]}"), Optional.of("half"));
    assertTrue(
        new String(rest.messages().getFirst(), StandardCharsets.UTF_8)
            .endsWith("{\"instances\":[1],\"signature_name\":\"half\"}"));
    Path file = file("{\"instances\":[1]}");
    assertEquals(
        "no signature none; the model has half, serving_default",
        assertThrows(BenchException.class, () -> payload(Protocol.REST, file, Optional.of("none")))
            .getMessage());
  }

  @Test
  void grpcTranslatesJson() throws Exception {
    Payload payload = payload(Protocol.GRPC, file("{\"instances\":[1.5,2]}"), Optional.empty());
    PredictRequest request = PredictRequest.parseFrom(payload.messages().getFirst());
    assertEquals("m", request.getModelSpec().getName());
    assertEquals(3, request.getModelSpec().getVersion().getValue());
    assertEquals("", request.getModelSpec().getSignatureName());
    assertEquals(2, request.getInputsOrThrow("x").getTensorShape().getDim(0).getSize());
    assertEquals(Set.of("y", "z"), payload.outputs());
  }

  @Test
  void grpcSendsAMessageToTheModelAskedFor() throws Exception {
    Payload payload = payload(Protocol.GRPC, file(REQUEST.toByteArray()), Optional.empty());
    PredictRequest request = PredictRequest.parseFrom(payload.messages().getFirst());
    assertEquals("m", request.getModelSpec().getName());
    assertEquals("half", request.getModelSpec().getSignatureName());
    assertEquals(REQUEST.getInputsMap(), request.getInputsMap());
    assertEquals(Set.of("y"), payload.outputs(), "the filter's");
    Path file = file(REQUEST.toByteArray());
    assertThrows(BenchException.class, () -> payload(Protocol.REST, file, Optional.empty()));
  }
}
