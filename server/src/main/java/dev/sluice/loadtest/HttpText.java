package dev.sluice.loadtest;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.sluice.loadtest.wire.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Whole HTTP/1.1 requests as bytes, and what errors say. */
final class HttpText {
  private HttpText() {}

  static byte[] get(Target target, String path) {
    return bytes("GET " + path + " HTTP/1.1\r\n" + host(target) + "\r\n");
  }

  static byte[] post(Target target, String path, byte[] body) {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        bytes(
            "POST "
                + path
                + " HTTP/1.1\r\n"
                + host(target)
                + "Content-Type: application/json\r\nContent-Length: "
                + body.length
                + "\r\n\r\n"));
    request.writeBytes(body);
    return request.toByteArray();
  }

  private static String host(Target target) {
    return "Host: " + target.host() + ":" + target.port() + "\r\nUser-Agent: sluice-bench\r\n";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns code and reason of a failed call; of a JSON error body its text. */
  static String explain(Outcome outcome) {
    try {
      if (JsonParser.parseString(outcome.detail()) instanceof JsonObject body
          && body.get("error") instanceof JsonPrimitive error) {
        return outcome.code() + ": " + error.getAsString();
      }
    } catch (JsonParseException e) {
      // Not ours: shown as it is.
    }
    return outcome.detail().isEmpty() ? outcome.code() : outcome.code() + ": " + outcome.detail();
  }
}
