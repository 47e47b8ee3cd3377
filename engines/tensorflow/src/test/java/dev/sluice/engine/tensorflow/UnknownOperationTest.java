package dev.sluice.engine.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnknownOperationTest {
  private static ServingException unknown(String operation) {
    return new ServingException(
        Code.NOT_FOUND,
        "Op type not registered '" + operation + "' in binary running on h. Make sure the Op is");
  }

  @ParameterizedTest
  @CsvSource({
    "SentencepieceTokenizeOp,tensorflow-text",
    "TFText>RoundRobinTrim,tensorflow-text",
    "CaseFoldUTF8,tensorflow-text",
    "SimpleMLInferenceOpWithHandle,tensorflow-decision-forests",
    "Addons>GroupNorm,tensorflow-addons"
  })
  void packageIsNamed(String operation, String expected) {
    assertEquals(Optional.of(expected), UnknownOperation.packageOf(operation));
    ServingException explained = UnknownOperation.explain(unknown(operation));
    assertEquals(Code.NOT_FOUND, explained.code());
    assertEquals(
        unknown(operation).text()
            + " (%s comes with %s; --custom_op_libraries loads its shared library)"
                .formatted(operation, expected),
        explained.text());
  }

  @Test
  void operationOfNobodyStaysAsItIs() {
    ServingException failure = unknown("CaseFoldUTF8X");
    assertSame(failure, UnknownOperation.explain(failure));
  }

  @Test
  void otherFailuresStayAsTheyAre() {
    ServingException failure = new ServingException(Code.NOT_FOUND, "SimpleML is not there");
    assertSame(failure, UnknownOperation.explain(failure));
  }
}
