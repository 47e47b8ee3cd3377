package dev.sluice.it;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Replays recorded REST cases. */
final class RestReplay {
  private final int port;

  RestReplay(int port) {
    this.port = port;
  }

  /** Returns what is different from the recorded answer, or an empty text. */
  String difference(JsonObject recorded) throws IOException {
    RawHttp.Answer answer =
        RawHttp.send(
            port,
            recorded.get("method").getAsString(),
            recorded.get("path").getAsString(),
            headers(recorded, "headers"),
            bytes(recorded, "body"));
    int status = recorded.get("status").getAsInt();
    if (answer.status() != status) {
      return "status " + answer.status() + " " + answer.body() + ", expected " + status;
    }
    if (recorded.has("compare")) {
      return "";
    }
    for (Map.Entry<String, String> header : headers(recorded, "response_headers").entrySet()) {
      String found = answer.headers().get(header.getKey());
      if (!header.getValue().equals(found)) {
        return "header " + header + ", found " + found;
      }
    }
    byte[] expected = Objects.requireNonNull(bytes(recorded, "response_body"));
    return sameBody(answer, expected)
        ? ""
        : "body " + answer.body() + ", expected " + new String(expected, StandardCharsets.UTF_8);
  }

  private static boolean sameBody(RawHttp.Answer answer, byte[] expected) {
    byte[] found =
        ConformanceCorpus.normalized(answer.body()).getBytes(StandardCharsets.ISO_8859_1);
    if (Arrays.equals(found, expected)) {
      return true;
    }
    try {
      return Closeness.close(PlainJson.parse(found), PlainJson.parse(expected));
    } catch (IllegalArgumentException noJson) {
      return false;
    }
  }

  private static Map<String, String> headers(JsonObject recorded, String member) {
    Map<String, String> headers = new HashMap<>();
    if (recorded.has(member)) {
      recorded
          .getAsJsonObject(member)
          .asMap()
          .forEach((name, value) -> headers.put(name, value.getAsString()));
    }
    return headers;
  }

  /** Returns the bytes of a member that is a text or, under another name, in base64. */
  private static byte @Nullable [] bytes(JsonObject recorded, String member) {
    if (recorded.has(member)) {
      return recorded.get(member).getAsString().getBytes(StandardCharsets.UTF_8);
    }
    return recorded.has(member + "_b64")
        ? Base64.getDecoder().decode(recorded.get(member + "_b64").getAsString())
        : null;
  }
}
