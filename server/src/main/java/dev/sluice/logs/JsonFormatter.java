package dev.sluice.logs;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** Makes each record of the log one line with an object of JSON. Thread-safe. */
public final class JsonFormatter extends Formatter {
  /** Creates a formatter. */
  public JsonFormatter() {}

  @Override
  public String format(LogRecord logged) {
    StringWriter text = new StringWriter(256);
    try (JsonWriter json = new JsonWriter(text)) {
      json.setSerializeNulls(false);
      json.beginObject();
      json.name("time").value(logged.getInstant().toString());
      json.name("level").value(level(logged.getLevel()));
      json.name("logger").value(logged.getLoggerName());
      json.name("thread").value(Thread.currentThread().getName());
      json.name("message").value(formatMessage(logged));
      writeRequest(json, logged);
      writeException(json, logged);
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string takes everything", e);
    }
    return text.append('\n').toString();
  }

  /** The names by which other programs know levels, not those of this JDK's log. */
  private static String level(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return "WARNING";
    }
    return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
  }

  private static void writeRequest(JsonWriter json, LogRecord logged) throws IOException {
    Object[] parameters = logged.getParameters();
    if (parameters != null
        && parameters.length > 0
        && parameters[0] instanceof RequestEntry entry) {
      if (entry.traceId() != null) {
        json.name("trace_id").value(entry.traceId());
      }
      JsonLine.write(json.name("request"), entry);
    }
  }

  private static void writeException(JsonWriter json, LogRecord logged) throws IOException {
    Throwable thrown = logged.getThrown();
    if (thrown != null) {
      StringWriter stack = new StringWriter();
      thrown.printStackTrace(new PrintWriter(stack));
      json.name("exception").value(stack.toString());
    }
  }
}
