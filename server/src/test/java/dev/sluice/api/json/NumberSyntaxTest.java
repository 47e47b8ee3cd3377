package dev.sluice.api.json;

import static dev.sluice.api.json.JsonTexts.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.ServingException;
import org.junit.jupiter.api.Test;

final class NumberSyntaxTest {
  private static int end(String text) throws ServingException {
    byte[] bytes = utf8(text);
    return new NumberSyntax(bytes, 0, bytes.length).end(0);
  }

  private static void assertTooBig(String literal) {
    ServingException refused = assertThrows(ServingException.class, () -> end(literal), literal);
    assertEquals(
        "JSON Parse error: Number too big to be stored in double. at offset: 0", refused.text());
  }

  @Test
  void endsBehindTheNumber() throws ServingException {
    for (String literal :
        new String[] {
          "0",
          "-0",
          "7",
          "12345678",
          "1234567890123456789.5",
          "-0.25e-7",
          "1E+5",
          "NaN",
          "-NaN",
          "Inf",
          "-Infinity",
          "1e308",
          "1e-99999",
          "0e308",
          "0e9"
        }) {
      assertEquals(literal.length(), end(literal), literal);
      assertEquals(literal.length(), end(literal + ", 1.5]}"), literal);
      assertEquals(literal.length(), end(literal + "]                 "), literal);
    }
  }

  @Test
  void leadingZeroEndsTheWholePart() throws ServingException {
    assertEquals(1, end("01"));
    assertEquals(2, end("-00.5"));
  }

  @Test
  void tooBigIsRefused() {
    assertTooBig("1e309");
    assertTooBig("1e400");
    assertTooBig("-1e400");
    assertTooBig("1.8e308");
    assertTooBig("179769313486231580794e288");
    assertTooBig("1e99999999999999999999");
    assertTooBig("9".repeat(309));
    assertTooBig("-" + "1".repeat(400));
    assertTooBig("1".repeat(310) + "e-300"); // the whole part is checked before the exponent
    assertTooBig("0e400");
  }

  @Test
  void justFitsIsAccepted() throws ServingException {
    for (String literal :
        new String[] {
          "1.7976931348623157e308",
          "1" + "0".repeat(308),
          "0.0001e311",
          "0." + "0".repeat(400) + "1e400",
          "9".repeat(308),
          "17976931348623157e292"
        }) {
      assertEquals(literal.length(), end(literal), literal);
    }
  }
}
