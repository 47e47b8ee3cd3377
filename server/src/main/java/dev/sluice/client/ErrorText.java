package dev.sluice.client;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.sluice.client.show.SafeText;

/** What a server says when it refuses. */
public final class ErrorText {
  private static final int LONGEST = 2000;

  private ErrorText() {}

  /** Returns the text of a JSON error body, or the body as it is, behind the HTTP status. */
  public static String of(int status, String body) {
    String text = SafeText.lines(text(body).strip());
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    return cut.isEmpty() ? "HTTP " + status : cut + " (HTTP " + status + ")";
  }

  private static String text(String body) {
    try {
      if (JsonParser.parseString(body) instanceof JsonObject object
          && object.get("error") instanceof JsonPrimitive error) {
        return error.getAsString();
      }
    } catch (JsonParseException e) {
      // Not a model server's: shown as it is.
    }
    return body;
  }
}
