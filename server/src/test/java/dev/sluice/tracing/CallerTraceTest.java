package dev.sluice.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CallerTraceTest {
  private static final String HEADER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private static List<String> state(String tracestate) {
    List<String> members = new ArrayList<>();
    caller(tracestate).getTraceState().forEach((key, value) -> members.add(key + "=" + value));
    return members;
  }

  private static SpanContext caller(String tracestate) {
    return CallerTrace.of(HEADER, 1, tracestate).caller();
  }

  @Test
  void takesPartInTheCallersTrace() {
    RequestTrace trace = CallerTrace.of(HEADER, 1, null);
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", trace.traceId());
    assertEquals("00f067aa0ba902b7", trace.caller().getSpanId());
    assertTrue(trace.caller().isRemote());
    assertTrue(trace.caller().isSampled());
    assertTrue(trace.caller().getTraceState().isEmpty());
  }

  @Test
  void stateIsPassedOnInItsOrder() {
    assertEquals(List.of("rojo=1", "congo=t61", "a@b=x y"), state("rojo=1,congo=t61 , a@b=x y"));
    assertEquals(List.of("a=1", "b=2"), state(" a=1,,\t,b=2, "));
  }

  @Test
  void stateThatBreaksTheRulesIsDroppedAsAWholeAndTheTraceGoesOn() {
    for (String bad : List.of("a", "=1", "A=1", "a=1,b", "a=1,a=2", "a=\u00e9", "a=1,B=2")) {
      assertEquals(List.of(), state(bad), bad);
      assertTrue(caller(bad).isValid(), bad);
    }
    assertEquals(List.of(), state(members(33)));
    assertEquals(32, state(members(32)).size());
  }

  private static String members(int count) {
    return IntStream.range(0, count).mapToObj(i -> "k" + i + "=1").collect(Collectors.joining(","));
  }
}
