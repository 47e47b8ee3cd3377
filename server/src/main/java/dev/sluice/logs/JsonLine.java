package dev.sluice.logs;

import com.google.gson.stream.JsonWriter;
import dev.sluice.api.Operation;
import dev.sluice.api.ServerTiming;
import dev.sluice.api.rest.RestStatus;
import dev.sluice.telemetry.RequestRecord;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Requests as objects of JSON. */
final class JsonLine {
  private JsonLine() {}

  /** Returns a line of the access log, without its end. */
  static String access(RequestEntry entry) {
    StringWriter text = new StringWriter(400);
    try (JsonWriter json = new JsonWriter(text)) {
      write(json, entry);
    } catch (IOException e) {
      throw new UncheckedIOException("a string takes everything", e);
    }
    return text.toString();
  }

  /** Writes an object; what is unknown is left out. */
  static void write(JsonWriter json, RequestEntry entry) throws IOException {
    json.beginObject().name("time").value(entry.began().toString());
    switch (entry.operation()) {
      case Operation.Grpc call ->
          json.name("protocol").value("grpc").name("method").value(call.fullMethod());
      case Operation.Rest post -> {
        json.name("protocol").value("rest").name("method").value("POST " + post.route());
        json.name("status").value(RestStatus.of(entry.code()));
      }
    }
    json.name("model").value(entry.model());
    if (entry.version() != RequestRecord.NO_VERSION) {
      json.name("version").value(entry.version());
    }
    text(json, "signature", entry.signature());
    json.name("code").value(entry.code().name());
    text(json, "problem", entry.problem());
    json.name("request_bytes").value(entry.requestBytes());
    json.name("answer_bytes").value(entry.answerBytes());
    if (entry.batchRows() > 0) {
      json.name("batch_rows").value(entry.batchRows());
    }
    millis(json, "decode_ms", entry.times().decodeNanos());
    millis(json, "queue_ms", entry.times().queueNanos());
    millis(json, "engine_ms", entry.times().engineNanos());
    millis(json, "encode_ms", entry.times().encodeNanos());
    millis(json, "total_ms", entry.times().totalNanos());
    text(json, "client", entry.client());
    if (entry.traceId() != null) {
      json.name("trace_id").value(entry.traceId());
    }
    json.endObject();
  }

  private static void text(JsonWriter json, String name, String value) throws IOException {
    if (!value.isEmpty()) {
      json.name(name).value(value);
    }
  }

  private static void millis(JsonWriter json, String name, long nanos) throws IOException {
    StringBuilder number = new StringBuilder();
    ServerTiming.appendMillis(number, nanos);
    json.name(name).jsonValue(number.toString());
  }
}
