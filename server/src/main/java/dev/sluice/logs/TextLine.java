package dev.sluice.logs;

import dev.sluice.api.Operation;
import dev.sluice.api.ServerTiming;
import dev.sluice.api.rest.RestStatus;
import dev.sluice.telemetry.RequestRecord;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Requests as text: lines in the combined log format with more fields behind, and sentences. */
final class TextLine {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int FIRST_PRINTABLE = 0x20;
  private static final int DELETE = 0x7f;

  private TextLine() {}

  /**
   * Returns a line of the access log, without its end. The path is the usual one of the model; the
   * version is a field of its own. A call over gRPC has the status of HTTP that stands for its
   * code.
   */
  static String access(RequestEntry entry) {
    StringBuilder line = new StringBuilder(400);
    line.append(entry.client().isEmpty() ? "-" : entry.client()).append(" - - [");
    TIME.formatTo(entry.began(), line);
    line.append("] ");
    quote(line, requestLine(entry));
    line.append(' ').append(RestStatus.of(entry.code()));
    line.append(' ').append(entry.answerBytes()).append(" \"-\" \"-\"");
    field(line, "model", entry.model());
    field(line, "version", version(entry));
    field(line, "signature", entry.signature());
    field(line, "code", entry.code().name());
    field(line, "rows", rows(entry));
    line.append(" request_bytes=").append(entry.requestBytes());
    millis(line, " decode_ms=", entry.times().decodeNanos());
    millis(line, " queue_ms=", entry.times().queueNanos());
    millis(line, " engine_ms=", entry.times().engineNanos());
    millis(line, " encode_ms=", entry.times().encodeNanos());
    millis(line, " total_ms=", entry.times().totalNanos());
    field(line, "trace", entry.traceId());
    if (!entry.problem().isEmpty()) {
      field(line, "problem", entry.problem());
    }
    return line.toString();
  }

  private static String requestLine(RequestEntry entry) {
    return switch (entry.operation()) {
      case Operation.Grpc call -> "POST /" + call.fullMethod() + " HTTP/2.0";
      case Operation.Rest post -> "POST " + post.path(entry.model()) + " HTTP/1.1";
    };
  }

  /** Returns what a warning says of a request. */
  static String sentence(RequestEntry entry) {
    StringBuilder text = new StringBuilder(300);
    text.append(
        switch (entry.operation()) {
          case Operation.Grpc call -> call.fullMethod();
          case Operation.Rest post -> "POST " + post.route();
        });
    text.append(" of ");
    value(text, entry.model());
    millis(text, " took ", entry.times().totalNanos());
    millis(text, " ms (decode ", entry.times().decodeNanos());
    millis(text, ", queue ", entry.times().queueNanos());
    millis(text, ", engine ", entry.times().engineNanos());
    millis(text, ", encode ", entry.times().encodeNanos());
    text.append("): ").append(entry.code());
    @Nullable String version = version(entry);
    if (version != null) {
      text.append(", version ").append(version);
    }
    if (entry.batchRows() > 0) {
      text.append(", a run of ").append(entry.batchRows()).append(" rows");
    }
    if (!entry.client().isEmpty()) {
      text.append(", from ").append(entry.client());
    }
    if (entry.traceId() != null) {
      text.append(", trace ").append(entry.traceId());
    }
    return text.toString();
  }

  private static @Nullable String version(RequestEntry entry) {
    return entry.version() == RequestRecord.NO_VERSION ? null : Long.toString(entry.version());
  }

  private static @Nullable String rows(RequestEntry entry) {
    return entry.batchRows() == 0 ? null : Long.toString(entry.batchRows());
  }

  private static void millis(StringBuilder line, String before, long nanos) {
    line.append(before);
    ServerTiming.appendMillis(line, nanos);
  }

  private static void field(StringBuilder line, String name, @Nullable String value) {
    line.append(' ').append(name).append('=');
    value(line, value == null ? "" : value);
  }

  /** Appends a value so that it ends where the next blank is. */
  private static void value(StringBuilder line, String value) {
    if (value.isEmpty()) {
      line.append('-');
    } else if (value.chars().allMatch(TextLine::isPlain)) {
      line.append(value);
    } else {
      quote(line, value);
    }
  }

  private static boolean isPlain(int c) {
    return c > ' ' && c < DELETE && c != '"' && c != '\\';
  }

  /** Appends a text in quotes, on one line whatever a client has put into it. */
  private static void quote(StringBuilder line, String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c < FIRST_PRINTABLE || c >= DELETE) {
        line.append("\\u%04x".formatted((int) c));
      } else {
        line.append(c);
      }
    }
    line.append('"');
  }
}
