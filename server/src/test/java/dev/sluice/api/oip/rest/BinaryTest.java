package dev.sluice.api.oip.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.rest.GzipBodies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tensors as raw bytes behind the JSON, and bodies that are compressed. */
final class BinaryTest {
  private static final String HEADER = "Inference-Header-Content-Length";

  @TempDir private Path sharedMemory;

  private OipServer server;

  @BeforeEach
  void start() throws IOException {
    server = new OipServer(sharedMemory);
  }

  @AfterEach
  void everythingIsGivenBack() {
    server.close();
  }

  private static String input(String name, String datatype, String shape, long size) {
    return """
        {"name": "%s", "datatype": "%s", "shape": %s, "parameters": {"binary_data_size": %d}}"""
        .formatted(name, datatype, shape, size);
  }

  private static byte[] joined(String json, byte[]... raw) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(json.getBytes(UTF_8));
    for (byte[] part : raw) {
      body.writeBytes(part);
    }
    return body.toByteArray();
  }

  private HttpResponse<byte[]> post(String model, String json, byte[]... raw) throws Exception {
    return server.post(
        "/v2/models/" + model + "/infer",
        joined(json, raw),
        HEADER,
        Integer.toString(json.getBytes(UTF_8).length));
  }

  private static byte[] rawPart(HttpResponse<byte[]> answer) {
    int json = Integer.parseInt(answer.headers().firstValue(HEADER).orElseThrow());
    return Arrays.copyOfRange(answer.body(), json, answer.body().length);
  }

  private static String jsonPart(HttpResponse<byte[]> answer) {
    int json = Integer.parseInt(answer.headers().firstValue(HEADER).orElseThrow());
    return new String(answer.body(), 0, json, UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "FP16,2",
    "BF16,2",
    "FP32,4",
    "FP64,8",
    "INT8,1",
    "INT16,2",
    "INT32,4",
    "INT64,8",
    "UINT8,1",
    "UINT16,2",
    "UINT32,4",
    "UINT64,8"
  })
  void rawBytesComeBackAsTheyWere(String datatype, int size) throws Exception {
    byte[] raw = new byte[6 * size];
    new Random(size).nextBytes(raw);
    HttpResponse<byte[]> answer =
        post(
            datatype,
            """
            {"parameters": {"binary_data_output": true}, "inputs": [%s]}"""
                .formatted(input("x", datatype, "[2,3]", raw.length)),
            raw);
    assertEquals(200, answer.statusCode());
    assertEquals(
        "application/octet-stream", answer.headers().firstValue("Content-Type").orElseThrow());
    assertEquals(
        """
        {"model_name":"%s","model_version":"1","outputs":[{"name":"y","datatype":"%s",\
        "shape":[2,3],"parameters":{"binary_data_size":%d}}]}"""
            .formatted(datatype, datatype, raw.length),
        jsonPart(answer));
    assertArrayEquals(raw, rawPart(answer));
  }

  private static byte[] strings(String... texts) {
    ByteBuffer raw = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
    for (String text : texts) {
      byte[] bytes = text.getBytes(UTF_8);
      raw.putInt(bytes.length).put(bytes);
    }
    return Arrays.copyOf(raw.array(), raw.position());
  }

  private static byte[] floats(float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return raw.array();
  }

  @Test
  void everyOutputHasItsOwnForm() throws Exception {
    byte[] b = strings("", "é", "abc");
    byte[] a = floats(1, 2, 3, 4);
    String json =
        """
        {"inputs": [%s, %s], "outputs": [
          {"name": "c", "parameters": {"binary_data": false}},
          {"name": "d", "parameters": {"binary_data": true}}]}"""
            .formatted(input("b", "BYTES", "[3]", b.length), input("a", "FP32", "[2,2]", a.length));
    HttpResponse<byte[]> answer = post(OipServer.TWO, json, b, a);
    assertEquals(200, answer.statusCode());
    assertTrue(jsonPart(answer).contains("\"data\":[1.0,2.0,3.0,4.0]"), jsonPart(answer));
    assertArrayEquals(b, rawPart(answer));
  }

  @Test
  void jsonAndRawInputsMayBeMixed() throws Exception {
    byte[] b = strings("s");
    String json =
        """
        {"inputs": [{"name": "a", "datatype": "FP32", "shape": [1,2], "data": [5, 6]}, %s]}"""
            .formatted(input("b", "BYTES", "[1]", b.length));
    HttpResponse<byte[]> answer = post(OipServer.TWO, json, b);
    assertEquals(200, answer.statusCode());
    String text = new String(answer.body(), UTF_8);
    assertTrue(text.contains("[5.0,6.0]") && text.contains("[\"s\"]"), text);
  }

  @Test
  void stringsThatAreNoUtf8NeedBinaryData() throws Exception {
    byte[] raw = {1, 0, 0, 0, (byte) 0xff};
    String json = "{\"inputs\": [" + input("x", "BYTES", "[1]", raw.length) + "]}";
    HttpResponse<byte[]> answer = post("BYTES", json, raw);
    assertEquals(400, answer.statusCode());
    assertTrue(new String(answer.body(), UTF_8).contains("output y: element 0"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          FP32 | [2] | 8 | 7 | expected 8 bytes behind the JSON
          FP32 | [2] | 8 | 9 | expected 8 bytes behind the JSON for all inputs, found 9
          FP32 | [2] | 7 | 7 | 2 elements of 4 bytes
          FP32 | [2] | 12 | 12 | 2 elements of 4 bytes
          FP32 | [4611686018427387905] | 4 | 4 | elements
          BYTES | [1] | 3 | 3 | 1 elements
          BYTES | [2] | 4 | 4 | 2 elements
          BYTES | [0] | 4 | 4 | 0 elements
          FP32 | [1] | 9223372036854775807 | 4 | behind the JSON
          """)
  void sizesMustAgree(String datatype, String shape, long size, int sent, String expected)
      throws Exception {
    String json = "{\"inputs\": [" + input("x", datatype, shape, size) + "]}";
    HttpResponse<byte[]> answer = post(datatype, json, new byte[sent]);
    String text = new String(answer.body(), UTF_8);
    assertEquals(400, answer.statusCode(), text);
    assertTrue(text.contains(expected), text);
  }

  @ParameterizedTest
  @CsvSource({"-1", "x", "100000", "99999999999999999999", "''"})
  void theHeaderMustBeWithinTheBody(String length) throws Exception {
    HttpResponse<byte[]> answer =
        server.post("/v2/models/FP32/infer", "{\"inputs\": []}", HEADER, length);
    assertEquals(400, answer.statusCode());
    assertTrue(new String(answer.body(), UTF_8).contains(HEADER));
  }

  private static byte[] deflate(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(out)) {
      deflate.write(bytes);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({"gzip", "deflate", "GZIP"})
  void compressedBodiesAreExpanded(String encoding) throws Exception {
    byte[] raw = floats(1, 2);
    String json = "{\"inputs\": [" + input("x", "FP32", "[2]", raw.length) + "]}";
    byte[] body = joined(json, raw);
    HttpResponse<byte[]> answer =
        server.post(
            "/v2/models/FP32/infer",
            encoding.equals("deflate") ? deflate(body) : GzipBodies.gzip(body),
            HEADER,
            Integer.toString(json.length()),
            "Content-Encoding",
            encoding);
    String text = new String(answer.body(), UTF_8);
    assertEquals(200, answer.statusCode(), text);
    assertTrue(text.contains("[1.0,2.0]"), text);
  }

  @ParameterizedTest
  @CsvSource({"gzip, 400", "deflate, 400", "br, 415"})
  void whatCannotBeExpandedIsRefused(String encoding, int status) throws Exception {
    HttpResponse<byte[]> answer =
        server.post("/v2/models/FP32/infer", "{}", "Content-Encoding", encoding);
    assertEquals(status, answer.statusCode());
    assertTrue(new String(answer.body(), UTF_8).contains(encoding));
  }
}
