package dev.sluice.api.tfs.json;

import static dev.sluice.api.json.JsonTexts.utf8;
import static dev.sluice.api.tfs.json.JsonTestSupport.scan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class JsonBodyTest {
  private static String refusal(byte[] bytes) {
    ServingException refused =
        assertThrows(ServingException.class, () -> JsonBody.scan(bytes, 0, bytes.length));
    assertEquals(Code.INVALID_ARGUMENT, refused.code());
    return refused.text();
  }

  private static void assertSyntaxError(String reason, int offset, String json) {
    assertEquals(
        "JSON Parse error: " + reason + " at offset: " + offset, refusal(utf8(json)), json);
  }

  @Test
  void findsMembersWhereverTheyAre() throws ServingException {
    JsonBody body =
        scan("{\"a\":[{\"inputs\":1}],\"inputs\" : 5, \"context\":{},\"examples\":[1,2]}");
    assertEquals(-1, body.instances());
    assertEquals(31, body.inputs());
    assertEquals(44, body.context());
    assertEquals(58, body.examples());
    assertEquals(2, body.sizes().at(58));
  }

  @Test
  void matchesNamesAfterUnescaping() throws ServingException {
    assertEquals(24, scan("{ \"in\\u0073tance\\u0073\":[]}").instances());
    assertEquals(15, scan("{\"in\\u0070uts\":1}").inputs());
  }

  @Test
  void firstOfEqualNamesCounts() throws ServingException {
    JsonBody body = scan("{\"signature_name\":\"a\",\"signature_name\":5}");
    assertEquals("a", body.signatureName());
  }

  @Test
  void signatureNameIsUnescapedAndMayBeAbsent() throws ServingException {
    assertEquals("", scan("{}").signatureName());
    assertEquals(
        "é\"😀", scan("{\"signature_name\":\"\\u00e9\\\"\\ud83d\\ude00\"}").signatureName());
  }

  @Test
  void looksAtNoByteOutsideItsRange() throws ServingException {
    byte[] bytes = utf8("999{\"instances\":[1,2]}999");
    JsonBody body = JsonBody.scan(bytes, 3, bytes.length - 6);
    assertEquals(16, body.instances());
    byte[] cut = utf8("[[7]77777777777");
    assertEquals(
        "JSON Parse error: Missing a comma or ']' after an array element. at offset: 2",
        assertThrows(ServingException.class, () -> JsonBody.scan(cut, 1, 2)).text());
    byte[] number = utf8("57777");
    assertEquals(
        "JSON Value: 5 Is not object",
        assertThrows(ServingException.class, () -> JsonBody.scan(number, 0, 1)).text());
  }

  @Test
  void nestingCostsNoStack() throws ServingException {
    int depth = 500_000;
    String brackets = "[".repeat(depth) + "]".repeat(depth);
    assertEquals(-1, scan("{\"a\":" + brackets + "}").instances());
    String objects = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    assertEquals(-1, scan(objects).instances());
    assertSyntaxError("Invalid value.", 5 + depth, "{\"a\":" + "[".repeat(depth));
  }

  @Test
  void stopsAfterTheFirstValue() throws ServingException {
    assertEquals(13, scan("{\"instances\":[1]} and \u0000 then [").instances());
  }

  @Test
  void byteOrderMarkIsSkippedByteByByte() throws ServingException {
    for (String mark : new String[] {"\u00EF\u00BB\u00BF", "\u00EF", "\u00BB\u00BF"}) {
      byte[] bytes = (mark + "{\"inputs\":1}").getBytes(StandardCharsets.ISO_8859_1);
      assertEquals(10 + mark.length(), JsonBody.scan(bytes, 0, bytes.length).inputs());
    }
  }

  @Test
  void aNulByteEndsTheDocument() {
    assertSyntaxError("The document is empty.", 0, "\u0000{}");
    assertSyntaxError("Missing a comma or '}' after an object member.", 6, "{\"a\":1\u0000}");
    assertSyntaxError("Missing a closing quotation mark in string.", 3, "{\"a\u0000\":1}");
  }

  @Test
  void namesReasonAndOffset() {
    assertEquals("JSON Parse error: The document is empty", refusal(new byte[0]));
    assertSyntaxError("The document is empty.", 1, " ");
    assertSyntaxError("The document is empty.", 0, ",");
    assertSyntaxError("Invalid value.", 0, "@");
    assertSyntaxError("Missing a name for object member.", 1, "{1:2}");
    assertSyntaxError("Missing a name for object member.", 7, "{\"a\":1,}");
    assertSyntaxError("Missing a colon after a name of object member.", 5, "{\"a\" 1}");
    assertSyntaxError("Invalid value.", 8, "{\"a\":tru}");
    assertSyntaxError("Incorrect hex digit after \\u escape in string.", 6, "{\"a\":\"\\u00g0\"}");
    assertSyntaxError("The surrogate pair in string is invalid.", 6, "{\"a\":\"\\ud800\\n\"}");
    assertSyntaxError("Invalid escape character in string.", 6, "{\"a\":\"\u0001\"}");
    assertSyntaxError("Miss fraction part in number.", 7, "{\"a\":1.}");
    assertSyntaxError("Miss exponent in number.", 8, "{\"a\":1E-}");
    assertSyntaxError("Invalid value.", 9, "{\"a\":Infix}");
  }

  @Test
  void everyPrefixOfADocumentIsRefused() throws ServingException {
    String json =
        "{\"signature_name\":\"s\\u00e9\",\"instances\":[[1.5e-3,NaN,-Infinity],[true,null,{\"b64\":\"\"}]]}";
    byte[] bytes = utf8(json);
    for (int length = 0; length < bytes.length; length++) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      refusal(prefix);
    }
    scan(json);
  }

  @Test
  void countsTheArraysThatDecideShapes() throws ServingException {
    JsonBody body = scan("{\"instances\":[{\"a\":[[1,2],[3]],\"b\":[]},{\"a\":[9]}]}");
    assertEquals(2, body.sizes().at(13));
    assertEquals(2, body.sizes().at(19));
    assertEquals(2, body.sizes().at(20));
    assertEquals(-1, body.sizes().at(26));
    assertEquals(0, body.sizes().at(35));
  }

  @Test
  void countsTheListEvenBehindManyOtherArrays() throws ServingException {
    String element = "{\"a\":[1],\"b\":[[2]]},";
    String json = "{\"instances\":[" + element.repeat(1000) + "{}]}";
    assertEquals(1001, scan(json).sizes().at(13));
  }

  @Test
  void aValueThatIsNoObjectIsQuoted() {
    assertEquals(
        "JSON Value: [1, 2.5, \"\\u0001\"] Is not object", refusal(utf8("[1,2.5,\"\\u0001\"]")));
    assertEquals("JSON Value: 5 Is not object", refusal(utf8("5")));
  }

  @Test
  void signatureNotFoundNamesTheDefault() {
    assertEquals(
        "Serving signature name: \"serving_default\" not found in signature def",
        JsonBody.signatureNotFound("").text());
  }
}
