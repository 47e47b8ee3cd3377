package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServableId;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RunErrorsTest {
  private static final String TRACEBACKS =
      """
      The following operation failed in the TorchScript interpreter.
      Traceback of TorchScript, serialized code (most recent call last):
        File "code/__torch__.py", line 6, in forward
          return torch.matmul(x, y)
                 ~~~~~~~~~~~~ <--- HERE
      """;

  @Test
  void tracebacksAreLeftOut() {
    assertEquals("bad shape", RunErrors.reason(TRACEBACKS + "RuntimeError: bad shape\n"));
  }

  @Test
  void classThatSaysMoreIsKept() {
    assertEquals(
        "ValueError: too few", RunErrors.reason(TRACEBACKS + "builtins.ValueError: too few\n"));
  }

  @Test
  void messageOnTheNextLineIsFound() {
    assertEquals("bad shape", RunErrors.reason(TRACEBACKS + "RuntimeError: \n  bad shape\nmore"));
  }

  @Test
  void otherTextsGiveTheirFirstLine() {
    assertEquals("no such file", RunErrors.reason("\nno such file\nException raised from"));
    assertEquals("unknown error", RunErrors.reason(""));
  }

  @Test
  void longReasonsAreCut() {
    assertEquals(501, RunErrors.reason("x".repeat(10_000)).length());
  }

  @Test
  void codesTellWhoseFaultItIs() {
    assertEquals(Code.INVALID_ARGUMENT, code("RuntimeError: bad shape"));
    assertEquals(Code.RESOURCE_EXHAUSTED, code("DefaultCPUAllocator: can't allocate memory: 1"));
    assertEquals(Code.RESOURCE_EXHAUSTED, code("std::bad_alloc"));
    assertEquals(Code.INTERNAL, code("x INTERNAL ASSERT FAILED at \"a.cpp\":1"));
  }

  private static Code code(String text) {
    return RunErrors.ofRun(new ServableId("m", 1), List.of("x"), new TorchException(text)).code();
  }
}
