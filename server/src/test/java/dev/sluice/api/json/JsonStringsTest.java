package dev.sluice.api.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ServingException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class JsonStringsTest {
  private static byte[] quoted(byte[] content) {
    JsonSink sink = new JsonSink(0);
    JsonEscapes.writeQuoted(sink, content);
    return sink.toByteArray();
  }

  @Test
  void whatIsWrittenIsReadBack() throws ServingException {
    Random random = JsonTexts.random("JsonStringsTest");
    for (int i = 0; i < 50_000; i++) {
      byte[] content = new byte[random.nextInt(40)];
      for (int k = 0; k < content.length; k++) {
        content[k] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 'a' + k % 26);
      }
      byte[] json = quoted(content);
      byte[] longer = Arrays.copyOf(json, json.length + random.nextInt(10));
      assertArrayEquals(content, JsonStrings.decode(longer, 0));
      assertEquals(json.length, JsonStrings.end(longer, 0));
      assertEquals(json.length, new StringSyntax(longer, 0, json.length).end(0));
    }
  }

  @Test
  void escapesBecomeUtf8() {
    byte[] json = JsonTexts.utf8("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\\/\\b\"");
    assertArrayEquals(JsonTexts.utf8("Aé€😀/\b"), JsonStrings.decode(json, 0));
    byte[] lone = JsonTexts.utf8("\"\\udc00\"");
    assertArrayEquals(
        new byte[] {(byte) 0xED, (byte) 0xB0, (byte) 0x80}, JsonStrings.decode(lone, 0));
  }

  @Test
  void matchesOnlyTheWholeWord() {
    byte[] json = JsonTexts.utf8("\"in\\u0070uts\"");
    assertTrue(JsonStrings.matches(json, 0, json.length, "inputs"));
    assertFalse(JsonStrings.matches(json, 0, json.length, "input"));
    byte[] plain = JsonTexts.utf8("\"inputs\"");
    assertTrue(JsonStrings.matches(plain, 0, plain.length, "inputs"));
    assertFalse(JsonStrings.matches(plain, 0, plain.length, "inputS"));
  }
}
