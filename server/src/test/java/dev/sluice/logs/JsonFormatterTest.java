package dev.sluice.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

final class JsonFormatterTest {
  private static final Instant TIME = Instant.parse("2026-11-26T07:00:00.123456Z");

  private final JsonFormatter formatter = new JsonFormatter();

  private static LogRecord logged(Level level, String message) {
    LogRecord logged = new LogRecord(level, message);
    logged.setLoggerName("sluice");
    logged.setInstant(TIME);
    return logged;
  }

  private JsonObject read(LogRecord logged) {
    String line = formatter.format(logged);
    assertEquals(line.length() - 1, line.indexOf('\n'), line);
    return JsonParser.parseString(line).getAsJsonObject();
  }

  @Test
  void aRecordIsOneLine() {
    assertEquals(
        "{\"time\":\"2026-11-26T07:00:00.123456Z\",\"level\":\"INFO\",\"logger\":\"sluice\","
            + "\"thread\":\""
            + Thread.currentThread().getName()
            + "\",\"message\":\"two\\nlines and a \\\"quote\\\"\"}\n",
        formatter.format(logged(Level.INFO, "two\nlines and a \"quote\"")));
  }

  @Test
  void levelsHaveTheirUsualNames() {
    assertEquals("ERROR", read(logged(Level.SEVERE, "")).get("level").getAsString());
    assertEquals("WARNING", read(logged(Level.WARNING, "")).get("level").getAsString());
    assertEquals("INFO", read(logged(Level.INFO, "")).get("level").getAsString());
    assertEquals("DEBUG", read(logged(Level.FINE, "")).get("level").getAsString());
  }

  @Test
  void anExceptionComesWithItsStack() {
    LogRecord logged = logged(Level.SEVERE, "it failed");
    logged.setThrown(new IllegalStateException("why", new RuntimeException("the cause")));
    String exception = read(logged).get("exception").getAsString();
    assertTrue(exception.startsWith("java.lang.IllegalStateException: why\n\tat "), exception);
    assertTrue(exception.contains("Caused by: java.lang.RuntimeException: the cause"), exception);
    assertTrue(exception.contains("anExceptionComesWithItsStack"), exception);
  }

  @Test
  void whatIsSaidOfARequestIsAnObjectToo() {
    LogRecord logged = logged(Level.WARNING, "Slow request: {0}");
    logged.setParameters(new Object[] {Entries.rest()});
    JsonObject read = read(logged);
    assertEquals("Slow request: " + Entries.rest(), read.get("message").getAsString());
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", read.get("trace_id").getAsString());
    JsonObject request = read.getAsJsonObject("request");
    assertEquals("half_plus_two", request.get("model").getAsString());
    assertEquals(1.335, request.get("total_ms").getAsDouble());
  }
}
