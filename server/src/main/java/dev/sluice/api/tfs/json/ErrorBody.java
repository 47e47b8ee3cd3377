package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.json.Utf8Text;
import java.nio.charset.StandardCharsets;

/** The body of an answer that is an error (rest.md §2). */
public final class ErrorBody {
  private static final byte[] BEFORE = "{\n    \"error\": ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] AFTER = "\n}".getBytes(StandardCharsets.US_ASCII);

  private ErrorBody() {}

  /**
   * Returns the JSON object with the one member {@code error}. Bytes of the request that a message
   * of this package quotes come out as they came in, even if they are not valid UTF-8.
   */
  public static byte[] of(String message) {
    byte[] text = Utf8Text.encode(message);
    JsonSink sink = new JsonSink(text.length + 32);
    sink.put(BEFORE);
    JsonEscapes.writeQuoted(sink, text);
    sink.put(AFTER);
    return sink.toByteArray();
  }
}
