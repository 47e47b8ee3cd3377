package dev.sluice.api.tfs.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.api.json.JsonTexts;
import dev.sluice.api.tfs.json.JsonTestSupport.Inputs;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Replays requests that the reference (release 2.19.1) was sent, and compares what it answered.
 *
 * <p>Errors are compared to the byte, and so are the answers of identity signatures; for models
 * that compute, a request that was answered must convert.
 */
final class PredictConformanceTest {
  private final Map<String, Signature> signatures = signatures();

  @Test
  void answersAsRecorded() throws IOException {
    List<String> failures = new ArrayList<>();
    List<String> cases = resource("predict-cases.jsonl").lines().toList();
    for (String line : cases) {
      JsonObject recorded = JsonParser.parseString(line).getAsJsonObject();
      String expected = new String(bytes(recorded, "response_body"), StandardCharsets.ISO_8859_1);
      int status = recorded.get("status").getAsInt();
      String actual = answer(recorded, status == 200 && !expected.isEmpty());
      if (!actual.equals(status + " " + expected)) {
        failures.add(recorded.get("id").getAsString() + "\n  " + expected + "\n  " + actual);
      }
    }
    assertEquals(List.of(), failures);
    assertTrue(cases.size() > 800, "cases: " + cases.size());
  }

  private String answer(JsonObject recorded, boolean echo) {
    byte[] body = bytes(recorded, "body");
    // In the middle of a larger array, whose other bytes must not be looked at.
    byte[] bytes = new byte[body.length + 20];
    Arrays.fill(bytes, (byte) '1');
    System.arraycopy(body, 0, bytes, 10, body.length);
    try {
      JsonBody json = JsonBody.scan(bytes, 10, body.length);
      String name = json.signatureName();
      String key = name.isEmpty() ? Signature.DEFAULT_KEY : name;
      Signature signature = signatures.get(recorded.get("model").getAsString() + "/" + key);
      if (signature == null) {
        throw JsonBody.signatureNotFound(name);
      }
      try (Inputs inputs = new Inputs(signature)) {
        JsonFormat format = PredictInputs.fill(json, signature, inputs);
        return "200 " + (echo ? written(format, signature, inputs) : "");
      }
    } catch (ServingException e) {
      int status = e.code() == Code.UNIMPLEMENTED ? 501 : 400;
      return status + " " + new String(ErrorBody.of(e.text()), StandardCharsets.ISO_8859_1);
    }
  }

  private static String written(JsonFormat format, Signature signature, Inputs inputs)
      throws ServingException {
    byte[] text = JsonTexts.utf8(JsonTestSupport.write(format, signature, inputs.byInput));
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(JsonObject recorded, String member) {
    if (recorded.has(member + "_b64")) {
      return Base64.getDecoder().decode(recorded.get(member + "_b64").getAsString());
    }
    return recorded.has(member) ? JsonTexts.utf8(recorded.get(member).getAsString()) : new byte[0];
  }

  private static Map<String, Signature> signatures() {
    Map<String, Signature> signatures = new HashMap<>();
    JsonObject models =
        JsonParser.parseString(resource("predict-signatures.json")).getAsJsonObject();
    for (Map.Entry<String, JsonElement> model : models.entrySet()) {
      for (Map.Entry<String, JsonElement> entry : model.getValue().getAsJsonObject().entrySet()) {
        JsonObject sides = entry.getValue().getAsJsonObject();
        Signature signature =
            new Signature(
                entry.getKey(), "", specs(sides, "inputs"), specs(sides, "outputs"), Map.of());
        signatures.put(model.getKey() + "/" + entry.getKey(), signature);
      }
    }
    return signatures;
  }

  private static List<TensorSpec> specs(JsonObject sides, String side) {
    return sides.getAsJsonObject(side).entrySet().stream()
        .map(
            entry ->
                JsonTestSupport.spec(
                    entry.getKey(), DataType.valueOf(entry.getValue().getAsString())))
        .toList();
  }

  private static String resource(String name) {
    try (InputStream in = PredictConformanceTest.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
