package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.telemetry.RequestListener;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.TraceContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what it is told of requests. */
public final class RecordingListener implements RequestListener {
  /** What a record said when it was valid. */
  public record Seen(
      Code code,
      String model,
      long version,
      String signature,
      String problem,
      long requestBytes,
      long answerBytes,
      String client,
      @Nullable TraceContext trace) {}

  /** A trace whose id is the header that began it. */
  public record Trace(String traceId, boolean sampled) implements TraceContext {}

  private final List<Seen> ended = Collections.synchronizedList(new ArrayList<>());
  private int begun;

  @Override
  public synchronized @Nullable TraceContext begins(
      @Nullable String traceparent, @Nullable String tracestate) {
    begun++;
    return traceparent == null ? null : new Trace(traceparent, tracestate != null);
  }

  @Override
  public void ended(RequestRecord record) {
    assertTimes(record);
    ended.add(
        new Seen(
            record.code(),
            record.model(),
            record.version(),
            record.signature(),
            record.problem(),
            record.requestBytes(),
            record.answerBytes(),
            record.client(),
            record.trace()));
  }

  /** What was reached has a time, and they ascend. */
  private static void assertTimes(RequestRecord record) {
    long last = record.startNanos();
    long now = System.nanoTime();
    for (long time :
        new long[] {record.decodedNanos(), record.runStartNanos(), record.runEndNanos()}) {
      assertTrue(time == 0 || time - last >= 0, () -> "out of order: " + time);
      last = time == 0 ? last : time;
    }
    assertTrue(record.endNanos() - last >= 0 && now - record.endNanos() >= 0);
  }

  /** Returns those that have ended. */
  public List<Seen> ended() {
    return List.copyOf(ended);
  }

  /** Returns the codes of those that have ended. */
  public List<Code> codes() {
    return ended().stream().map(Seen::code).toList();
  }

  /** Returns how many have begun. */
  public synchronized int begun() {
    return begun;
  }
}
