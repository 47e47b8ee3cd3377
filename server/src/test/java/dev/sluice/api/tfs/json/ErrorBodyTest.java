package dev.sluice.api.tfs.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.json.JsonTexts;
import dev.sluice.api.json.Utf8Text;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ErrorBodyTest {
  @Test
  void isAnObjectWithTheEscapedMessage() {
    assertEquals(
        "{\n    \"error\": \"a \\\"b\\\"\\n\\t\\u001B é 😀 /\"\n}",
        new String(ErrorBody.of("a \"b\"\n\t\u001B é 😀 /"), StandardCharsets.UTF_8));
  }

  @Test
  void anyBytesSurviveTheWayThroughAText() {
    Random random = JsonTexts.random("ErrorBodyTest");
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      assertArrayEquals(bytes, Utf8Text.encode(Utf8Text.decode(bytes, 0, bytes.length)));
    }
  }

  @Test
  void validTextIsDecodedAsText() {
    String text = "aé€😀\u0000\uFFFD";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertEquals(text, Utf8Text.decode(bytes, 0, bytes.length));
    assertArrayEquals(bytes, Utf8Text.encode(text));
  }
}
