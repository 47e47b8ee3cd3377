package dev.sluice.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

final class JsonLineTest {
  @Test
  void aLineIsAnObject() {
    assertEquals(
        "{\"time\":\"2026-11-26T07:00:00.123456Z\",\"protocol\":\"rest\","
            + "\"method\":\"POST /v1/models/{model}:predict\",\"status\":200,"
            + "\"model\":\"half_plus_two\",\"version\":123,\"signature\":\"serving_default\","
            + "\"code\":\"OK\",\"request_bytes\":57,\"answer_bytes\":42,\"batch_rows\":8,"
            + "\"decode_ms\":0.010,\"queue_ms\":0.020,\"engine_ms\":1.300,\"encode_ms\":0.005,"
            + "\"total_ms\":1.335,\"client\":\"10.1.2.3\","
            + "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}",
        JsonLine.access(Entries.rest()));
  }

  @Test
  void whatAClientNamesComesBackAsItWas() {
    String name = "a\"b\\c\nd\u0000e\u2028f\ud83d\ude00";
    String line = JsonLine.access(Entries.grpc(name, name));
    assertFalse(line.contains("\n"), line);
    JsonObject read = JsonParser.parseString(line).getAsJsonObject();
    assertEquals(name, read.get("model").getAsString());
    assertEquals(name, read.get("problem").getAsString());
    assertEquals("grpc", read.get("protocol").getAsString());
    assertFalse(read.has("version"), line);
    assertFalse(read.has("trace_id"), line);
  }
}
