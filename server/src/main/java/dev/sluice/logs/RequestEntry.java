package dev.sluice.logs;

import dev.sluice.api.Operation;
import dev.sluice.api.Problem;
import dev.sluice.servable.Code;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.RequestTimes;
import dev.sluice.telemetry.TraceContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What logs say of a request, copied when it ended.
 *
 * @param began when its bytes were there
 * @param reason why it is logged
 * @param version {@link RequestRecord#NO_VERSION} if none was found
 * @param signature empty if none was selected
 * @param problem what the client was told, without what it sent; empty for success
 * @param batchRows of the run that it shared; 0 if unknown
 * @param client the address; empty if unknown
 * @param traceId null if it is not traced
 */
record RequestEntry(
    Instant began,
    Reason reason,
    Operation operation,
    String model,
    long version,
    String signature,
    Code code,
    String problem,
    long requestBytes,
    long answerBytes,
    long batchRows,
    RequestTimes times,
    String client,
    @Nullable String traceId) {
  /** Clients may name what they like, of any length. */
  private static final int LONGEST_NAME = 256;

  private static final int LONGEST_PROBLEM = 1024;

  private static final long NANOS = 1_000_000_000L;

  /**
   * Why a request is logged; for one of the two at least.
   *
   * @param access it is to have a line in the access log
   * @param slow it is to have a warning
   */
  record Reason(boolean access, boolean slow) {}

  /**
   * Copies a request.
   *
   * @param offset what makes the time of day of its marks
   */
  static RequestEntry of(RequestRecord request, long offset, Reason reason) {
    TraceContext trace = request.trace();
    long began = request.startNanos() + offset;
    return new RequestEntry(
        Instant.ofEpochSecond(Math.floorDiv(began, NANOS), Math.floorMod(began, NANOS)),
        reason,
        Operation.of(request),
        cut(request.model(), LONGEST_NAME),
        request.version(),
        cut(request.signature(), LONGEST_NAME),
        request.code(),
        cut(Problem.withoutContents(request.problem()), LONGEST_PROBLEM),
        request.requestBytes(),
        request.answerBytes(),
        request.batchRows(),
        RequestTimes.of(request),
        request.client(),
        trace == null ? null : trace.traceId());
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest) + "...";
  }

  /** Returns the sentence of a warning. */
  @Override
  public String toString() {
    return TextLine.sentence(this);
  }
}
