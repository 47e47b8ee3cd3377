package dev.sluice.api.json;

import static dev.sluice.api.json.JsonTexts.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Base64TextTest {
  private static void assertDecodes(String expected, String text) {
    byte[] json = utf8('"' + text + '"');
    int length = Base64Text.decode(json, 0, null, 0);
    assertEquals(expected.length(), length, text);
    byte[] decoded = new byte[length + 1];
    assertEquals(length, Base64Text.decode(json, 0, MemorySegment.ofArray(decoded), 1));
    assertEquals(expected, new String(decoded, 1, length, StandardCharsets.ISO_8859_1));
  }

  private static void assertRefused(String text) {
    assertEquals(-1, Base64Text.decode(utf8('"' + text + '"'), 0, null, 0), text);
  }

  @Test
  void paddingIsOptionalAndMayBeDots() {
    assertDecodes("", "");
    assertDecodes("a", "YQ==");
    assertDecodes("a", "YQ");
    assertDecodes("a", "YQ..");
    assertDecodes("ab", "YWI=");
    assertDecodes("abc", "YWJj");
  }

  @Test
  void paddingMustBeRightIfPresent() {
    for (String text : new String[] {"YQ=", "YQ===", "YWI==", "YWJj=", "=", "YQ=a", "Y", "YWJjZ"}) {
      assertRefused(text);
    }
  }

  @Test
  void whiteSpaceIsSkippedAnywhere() {
    assertDecodes("abc", " Y\\nW\\tJ\\r j ");
    assertDecodes("a", "YQ = = ");
  }

  @Test
  void otherAlphabetsAreRefused() {
    for (String text : new String[] {"-_-_", "!!!", "YQ\\u0000=", "é"}) {
      assertRefused(text);
    }
  }

  @Test
  void escapesOfJsonAreUndoneFirst() {
    assertDecodes("?", "P\\u0077=="); // Pw==
    assertDecodes("k", "a\\u0077\\u003d\\u003D");
    assertDecodes("~?", "f\\u006A8=");
  }

  @Test
  void decodesWhatTheLibraryEncodes() {
    Random random = JsonTexts.random("Base64TextTest");
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = new byte[random.nextInt(50)];
      random.nextBytes(bytes);
      byte[] json = utf8('"' + Base64.getEncoder().encodeToString(bytes).replace("/", "\\/") + '"');
      byte[] decoded = new byte[bytes.length];
      assertEquals(bytes.length, Base64Text.decode(json, 0, MemorySegment.ofArray(decoded), 0));
      assertArrayEquals(bytes, decoded);
    }
  }
}
