package dev.sluice.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubstitutionTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("HOST", "box", "EMPTY", "", "DOLLARS", "$1 ${HOST} \\1");

  private static Substitution.Result apply(String raw) {
    return new Substitution(ENVIRONMENT::get).apply(raw);
  }

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "${HOST}, box",
    "/x/${HOST}/${HOST}, /x/box/box",
    "${NONE:-8500}, 8500",
    "${EMPTY:-8500}, 8500",
    "${HOST:-other}, box",
    "${NONE:-}x, x",
    "x${EMPTY}, x",
    "$${HOST}, ${HOST}",
    "$HOST, $HOST",
    "a $ {HOST}, a $ {HOST}",
    "${DOLLARS}, $1 ${HOST} \\1",
  })
  void variablesAreReplacedOnce(String raw, String expected) {
    assertEquals(new Substitution.Result(expected, Optional.empty()), apply(raw));
  }

  @Test
  void anUnsetVariableIsAProblemUnlessThereIsADefault() {
    assertEquals(
        "the environment has no variable NONE; set it, or write ${NONE:-default}",
        apply("a${NONE}").problem().orElseThrow());
    assertEquals(
        "expected ${NAME} or ${NAME:-default}, found '${NO NAME}'",
        apply("${NO NAME}").problem().orElseThrow());
  }
}
