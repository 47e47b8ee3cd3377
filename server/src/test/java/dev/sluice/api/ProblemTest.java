package dev.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ProblemTest {
  @Test
  void whatTheClientSentIsNotShown() {
    assertEquals(
        "JSON Value: (not shown)",
        Problem.withoutContents(
            "JSON Value: \"secret\" Type: String is not of expected type: float"));
    assertEquals(
        "Failed to process element: 0 of 'instances' list. JSON object: (not shown)",
        Problem.withoutContents(
            "Failed to process element: 0 of 'instances' list. JSON object: {\"x\": 1} keys must"));
  }

  @Test
  void allElseIs() {
    String told = "Servable not found for request: Latest(m)";
    assertEquals(told, Problem.withoutContents(told));
  }
}
