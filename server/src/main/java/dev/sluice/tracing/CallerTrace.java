package dev.sluice.tracing;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes part in a caller's trace. For requests that are traced only. */
final class CallerTrace {
  private static final Pattern COMMA = Pattern.compile("[ \t]*,[ \t]*");

  /** What the specification makes everybody pass on. */
  private static final int MOST_MEMBERS = 32;

  private CallerTrace() {}

  /**
   * Returns the trace of a caller.
   *
   * @param traceparent the header, found valid
   * @param flags its flags
   * @param tracestate what vendors add; dropped as a whole if it breaks the rules
   */
  static RequestTrace of(String traceparent, int flags, @Nullable String tracestate) {
    String traceId = Traceparent.traceId(traceparent);
    return new RequestTrace(
        traceId,
        SpanContext.createFromRemoteParent(
            traceId,
            Traceparent.parentId(traceparent),
            TraceFlags.fromByte((byte) flags),
            tracestate == null ? TraceState.getDefault() : state(tracestate)));
  }

  private static TraceState state(String header) {
    // Empty members are allowed.
    List<String> members =
        COMMA.splitAsStream(header.strip()).filter(member -> !member.isEmpty()).toList();
    if (members.size() > MOST_MEMBERS) {
      return TraceState.getDefault();
    }
    TraceStateBuilder state = TraceState.builder();
    // The builder puts each one before those that it has.
    for (String member : members.reversed()) {
      int equals = member.indexOf('=');
      if (equals > 0) {
        state.put(member.substring(0, equals), member.substring(equals + 1));
      }
    }
    TraceState read = state.build();
    // The builder leaves out what is malformed or doubled; then nothing of it can be relied on.
    return read.size() == members.size() ? read : TraceState.getDefault();
  }
}
