package dev.sluice.telemetry;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.servable.Code;
import org.jspecify.annotations.Nullable;

/** A request that has ended, with the values that a test gives it. */
public record TestRecord(
    Entrypoint entrypoint,
    Api api,
    String model,
    long version,
    String signature,
    Code code,
    String problem,
    long startNanos,
    long decodedNanos,
    long runStartNanos,
    long runEndNanos,
    long endNanos,
    long batchRows,
    long requestBytes,
    long answerBytes,
    String client,
    @Nullable TraceContext trace)
    implements RequestRecord {

  /** Returns a request that ran: 10 µs to decode, 20 in the queue, 300 in the engine, 5 after. */
  public static TestRecord ok(Entrypoint entrypoint, Api api, long start) {
    return new TestRecord(
        entrypoint,
        api,
        "half_plus_two",
        123,
        "serving_default",
        Code.OK,
        "",
        start,
        start + 10_000,
        start + 30_000,
        start + 330_000,
        start + 335_000,
        8,
        57,
        42,
        "10.1.2.3",
        null);
  }

  /** Returns the same request with a failure in place of an answer, before it was decoded. */
  public TestRecord refused(Code newCode, String newProblem) {
    return new TestRecord(
        entrypoint,
        api,
        model,
        NO_VERSION,
        "",
        newCode,
        newProblem,
        startNanos,
        0,
        0,
        0,
        endNanos,
        0,
        requestBytes,
        answerBytes,
        client,
        trace);
  }

  /** Returns the same request in a trace. */
  public TestRecord in(@Nullable TraceContext newTrace) {
    return with(model, decodedNanos, runStartNanos, runEndNanos, endNanos, newTrace);
  }

  /** Returns the same request of another model. */
  public TestRecord of(String newModel) {
    return with(newModel, decodedNanos, runStartNanos, runEndNanos, endNanos, trace);
  }

  /** Returns the same request with other marks; 0 for those that it never reached. */
  public TestRecord at(long decoded, long runStart, long runEnd, long end) {
    return with(model, decoded, runStart, runEnd, end, trace);
  }

  private TestRecord with(
      String newModel,
      long decoded,
      long runStart,
      long runEnd,
      long end,
      @Nullable TraceContext newTrace) {
    return new TestRecord(
        entrypoint,
        api,
        newModel,
        version,
        signature,
        code,
        problem,
        startNanos,
        decoded,
        runStart,
        runEnd,
        end,
        batchRows,
        requestBytes,
        answerBytes,
        client,
        newTrace);
  }
}
