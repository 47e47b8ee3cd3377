package dev.sluice.api.grpc;

import dev.sluice.api.ServerTiming;
import dev.sluice.http.ClientAddress;
import dev.sluice.telemetry.RequestRecord;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a call brings besides its messages. */
final class Headers {
  /** Asks for the times of an answer. */
  private static final Metadata.Key<String> ASKS_FOR_TIMES = key(ServerTiming.REQUEST_HEADER);

  private static final Metadata.Key<String> TIMES = key(ServerTiming.HEADER);

  /** Made once: a key copies its name, and the two are looked for in each request. */
  private static final Map<String, Metadata.Key<String>> TRACE_CONTEXT =
      Map.of("traceparent", key("traceparent"), "tracestate", key("tracestate"));

  private Headers() {}

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Returns the value of a header of the trace context, or null. */
  static @Nullable String text(Metadata headers, String name) {
    Metadata.Key<String> key = TRACE_CONTEXT.get(name);
    return key == null ? null : headers.get(key);
  }

  /** Returns what an answer ends with: its times, if the call's headers ask for them. */
  static Metadata trailers(Metadata headers, RequestRecord request) {
    Metadata trailers = new Metadata();
    String asks = headers.get(ASKS_FOR_TIMES);
    if (asks != null && ServerTiming.isAsked(asks)) {
      trailers.put(TIMES, ServerTiming.value(request, System.nanoTime()));
    }
    return trailers;
  }

  /** Returns the client's address as text; empty if it is unknown. */
  static String client(ServerCall<?, ?> call) {
    return ClientAddress.text(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }
}
