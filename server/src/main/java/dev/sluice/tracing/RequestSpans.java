package dev.sluice.tracing;

import dev.sluice.api.Operation;
import dev.sluice.api.Problem;
import dev.sluice.api.rest.RestStatus;
import dev.sluice.servable.Code;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.RequestTimes;
import dev.sluice.telemetry.WallClock;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.concurrent.TimeUnit;

/**
 * Makes the spans of a request that has ended: one of the server, and within it one for each part
 * that was reached. They meet without a gap. Thread-safe.
 */
final class RequestSpans {
  private static final long FIRST_SERVER_ERROR = 500;

  private final Tracer tracer;
  private final GivenTraceIds traceIds;
  private final WallClock clock;

  RequestSpans(Tracer tracer, GivenTraceIds traceIds, WallClock clock) {
    this.tracer = tracer;
    this.traceIds = traceIds;
    this.clock = clock;
  }

  /** Returns how many spans a request will have. */
  static int count(RequestRecord request) {
    if (request.decodedNanos() == 0) {
      return 2;
    }
    if (request.runStartNanos() == 0) {
      return 3;
    }
    return request.runEndNanos() == 0 ? 4 : 5;
  }

  /** Makes the spans and hands them to the SDK. */
  void record(RequestRecord request, RequestTrace trace) {
    RequestTimes times = RequestTimes.of(request);
    long start = request.startNanos() + clock.offset();
    Span server = traceIds.with(trace.traceId(), () -> server(request, trace, start));
    Context within = Context.root().with(server);
    int parts = count(request) - 1;
    long decoded = part("decode", within, start, times.decodeNanos());
    if (parts > 1) {
      long began = part("queue", within, decoded, times.queueNanos());
      if (parts > 2) {
        long ran = engine(request, within, began, times.engineNanos());
        if (parts > 3) {
          part("encode", within, ran, times.encodeNanos());
        }
      }
    }
    server.end(start + times.totalNanos(), TimeUnit.NANOSECONDS);
  }

  private Span server(RequestRecord request, RequestTrace trace, long start) {
    SpanBuilder builder =
        switch (Operation.of(request)) {
          case Operation.Grpc call -> grpc(call, request);
          case Operation.Rest post -> rest(post, request);
        };
    builder
        .setParent(Context.root().with(Span.wrap(trace.caller())))
        .setSpanKind(SpanKind.SERVER)
        .setStartTimestamp(start, TimeUnit.NANOSECONDS);
    describe(builder, request);
    Span span = builder.startSpan();
    if (isServersError(request)) {
      span.setAttribute("error.type", errorType(request));
      span.setStatus(StatusCode.ERROR, Problem.withoutContents(request.problem()));
    }
    return span;
  }

  private SpanBuilder grpc(Operation.Grpc call, RequestRecord request) {
    return tracer
        .spanBuilder(call.fullMethod())
        .setAttribute("rpc.system", "grpc")
        .setAttribute("rpc.system.name", "grpc")
        .setAttribute("rpc.method", call.fullMethod())
        .setAttribute("rpc.response.status_code", request.code().name());
  }

  private SpanBuilder rest(Operation.Rest post, RequestRecord request) {
    return tracer
        .spanBuilder("POST " + post.route())
        .setAttribute("http.request.method", "POST")
        .setAttribute("http.route", post.route())
        .setAttribute("http.response.status_code", RestStatus.of(request.code()))
        .setAttribute("http.request.body.size", request.requestBytes())
        .setAttribute("http.response.body.size", request.answerBytes());
  }

  private static void describe(SpanBuilder builder, RequestRecord request) {
    if (!request.model().isEmpty()) {
      builder.setAttribute("sluice.model", request.model());
    }
    if (request.version() != RequestRecord.NO_VERSION) {
      builder.setAttribute("sluice.version", request.version());
    }
    if (!request.signature().isEmpty()) {
      builder.setAttribute("sluice.signature", request.signature());
    }
    if (request.code() != Code.OK) {
      builder.setAttribute("sluice.code", request.code().name());
    }
    if (!request.client().isEmpty()) {
      builder.setAttribute("client.address", request.client());
    }
  }

  /** The conventions call no error of a server what the client has done wrong. */
  private static boolean isServersError(RequestRecord request) {
    return switch (request.entrypoint()) {
      case REST -> RestStatus.of(request.code()) >= FIRST_SERVER_ERROR;
      case GRPC ->
          switch (request.code()) {
            case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
                true;
            case OK,
                CANCELLED,
                INVALID_ARGUMENT,
                NOT_FOUND,
                ALREADY_EXISTS,
                PERMISSION_DENIED,
                RESOURCE_EXHAUSTED,
                FAILED_PRECONDITION,
                ABORTED,
                OUT_OF_RANGE,
                UNAUTHENTICATED ->
                false;
          };
    };
  }

  private static String errorType(RequestRecord request) {
    return switch (request.entrypoint()) {
      case REST -> Integer.toString(RestStatus.of(request.code()));
      case GRPC -> request.code().name();
    };
  }

  private long engine(RequestRecord request, Context within, long start, long nanos) {
    SpanBuilder builder = tracer.spanBuilder("engine");
    if (request.batchRows() > 0) {
      builder.setAttribute("sluice.batch.rows", request.batchRows());
    }
    return end(builder, within, start, nanos);
  }

  private long part(String name, Context within, long start, long nanos) {
    return end(tracer.spanBuilder(name), within, start, nanos);
  }

  /** Makes a span that is over; returns when it ended. */
  private static long end(SpanBuilder builder, Context within, long start, long nanos) {
    builder
        .setParent(within)
        .setStartTimestamp(start, TimeUnit.NANOSECONDS)
        .startSpan()
        .end(start + nanos, TimeUnit.NANOSECONDS);
    return start + nanos;
  }
}
