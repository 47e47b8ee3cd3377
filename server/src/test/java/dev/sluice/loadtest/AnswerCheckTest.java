package dev.sluice.loadtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.loadtest.wire.AnswerBytes;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AnswerCheckTest {
  private static AnswerBytes bytes(byte[] content) {
    AnswerBytes answer = new AnswerBytes();
    answer.append(content);
    return answer;
  }

  private static AnswerBytes json(String text) {
    return bytes(text.getBytes(UTF_8));
  }

  private static Optional<String> rest(Check check, Set<String> outputs, String first, String next)
      throws AnswerException {
    RestFormat format = new RestFormat(outputs);
    AnswerCheck answers = new AnswerCheck(check, format, List.of(format.parse(json(first))));
    Optional<String> problem = answers.problem(0, json(next));
    assertEquals(problem, answers.problem(0, json(next)), "the same again");
    return problem;
  }

  private static Optional<String> same(String first, String next) throws AnswerException {
    return rest(Check.SAME, Set.of("y"), first, next);
  }

  @Test
  void restAnswersMayDifferInTheirLastDigits() throws AnswerException {
    assertEquals(Optional.empty(), same("{\"predictions\":[1.5]}", "{\"predictions\": [1.50001]}"));
    assertEquals(
        Optional.of("[1]: 2.6, and the first answer had 2.5"),
        same("{\"predictions\":[1.5,2.5]}", "{\"predictions\":[1.5,2.6]}"));
    assertEquals(
        Optional.of(": 1 values, and the first answer had 2"),
        same("{\"predictions\":[1.5,2.5]}", "{\"predictions\":[1.5]}"));
    assertEquals(Optional.empty(), same("{\"predictions\":[NaN]}", "{\"predictions\":[ NaN]}"));
  }

  @Test
  void wholeNumbersAndTextsMustBeTheSame() throws AnswerException {
    assertTrue(same("{\"outputs\":[100000]}", "{\"outputs\":[100001]}").isPresent());
    assertTrue(same("{\"outputs\":[\"a\"]}", "{\"outputs\":[\"b\"]}").isPresent());
    assertEquals(Optional.empty(), same("{\"outputs\":[true]}", "{\"outputs\":[true ]}"));
  }

  @Test
  void severalOutputsAreNamed() throws AnswerException {
    Set<String> outputs = Set.of("a", "b");
    String first = "{\"predictions\":[{\"a\":1,\"b\":2}]}";
    assertEquals(
        Optional.empty(), rest(Check.SHAPE, outputs, first, "{\"outputs\":{\"b\":[7],\"a\":[8]}}"));
    assertEquals(
        Optional.of("no output b"),
        rest(Check.SHAPE, outputs, first, "{\"predictions\":[{\"a\":1}]}"));
    assertEquals(
        Optional.of("[0].b: 3, and the first answer had 2"),
        rest(Check.SAME, outputs, first, "{\"predictions\":[{\"a\":1,\"b\":3}]}"));
  }

  @Test
  void whatIsNoAnswerIsAProblemUnlessNobodyLooks() throws AnswerException {
    String first = "{\"predictions\":[1]}";
    assertEquals(
        Optional.of("neither \"predictions\" nor \"outputs\""), same(first, "{\"error\":\"x\"}"));
    assertTrue(same(first, "<html>").isPresent());
    assertEquals(Optional.of("not a JSON object"), same(first, "[1]"));
    assertEquals(Optional.empty(), rest(Check.NONE, Set.of("y"), first, "<html>"));
  }

  private static TensorProto.Builder tensor(DataType dtype) {
    return TensorProto.newBuilder()
        .setDtype(dtype)
        .setTensorShape(
            TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(2)));
  }

  private static Optional<String> grpc(TensorProto.Builder first, TensorProto.Builder next)
      throws AnswerException {
    GrpcFormat format = new GrpcFormat(Set.of("y"));
    return new AnswerCheck(Check.SAME, format, List.of(format.parse(response(first))))
        .problem(0, response(next));
  }

  private static AnswerBytes response(TensorProto.Builder output) {
    return bytes(
        PredictResponse.newBuilder().putOutputs("y", output.build()).build().toByteArray());
  }

  @Test
  void grpcAnswersAreComparedByTheirValues() throws AnswerException {
    TensorProto.Builder first = tensor(DataType.DT_FLOAT).addFloatVal(1).addFloatVal(2);
    assertEquals(
        Optional.empty(),
        grpc(first, tensor(DataType.DT_FLOAT).addFloatVal(1.00001f).addFloatVal(2)));
    assertEquals(
        Optional.of("y[1]: 3.0, and the first answer had 2.0"),
        grpc(first, tensor(DataType.DT_FLOAT).addFloatVal(1).addFloatVal(3)));
    assertEquals(
        Optional.of("y: DT_INT64, and the first answer had DT_FLOAT"),
        grpc(first, tensor(DataType.DT_INT64).addInt64Val(1).addInt64Val(2)));
    assertTrue(
        grpc(
                tensor(DataType.DT_INT64).addInt64Val(100_000).addInt64Val(2),
                tensor(DataType.DT_INT64).addInt64Val(100_001).addInt64Val(2))
            .isPresent());
  }

  @Test
  void grpcAnswersMustHaveTheOutputs() throws AnswerException {
    GrpcFormat format = new GrpcFormat(Set.of("y"));
    AnswerCheck check =
        new AnswerCheck(
            Check.SHAPE,
            format,
            List.of(format.parse(response(tensor(DataType.DT_FLOAT).addFloatVal(1)))));
    assertEquals(Optional.of("no output y"), check.problem(0, bytes(new byte[0])));
    assertTrue(check.problem(0, json("xyz")).orElse("").startsWith("not a PredictResponse"));
  }
}
