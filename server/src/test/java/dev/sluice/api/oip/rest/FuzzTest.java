package dev.sluice.api.oip.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that were valid until something happened to them. */
final class FuzzTest {
  private static final int ROUNDS = 3000;
  private static final String HEADER = "Inference-Header-Content-Length";

  /** The JSON of requests whose raw bytes, if any, are eight. */
  private static final List<String> VALID =
      List.of(
          """
          {"id": "1", "parameters": {"timeout": 9000000, "binary_data_output": true},
           "inputs": [{"name": "a", "datatype": "FP32", "shape": [2, 2], "data": [[1, 2], [3, 4]]},
                      {"name": "b", "datatype": "BYTES", "shape": [2], "data": ["x", "\\u00e9"]}],
           "outputs": [{"name": "c", "parameters": {"classification": 1}}, {"name": "d"}]}""",
          """
          {"inputs": [{"name": "a", "datatype": "FP32", "shape": [1, 2],
                       "parameters": {"binary_data_size": 8}},
                      {"name": "b", "datatype": "BYTES", "shape": [1], "data": ["s"]}]}""",
          """
          {"inputs": [{"name": "a", "datatype": "FP32", "shape": [1, 2], "data": [1e3, -2.5]},
                      {"name": "b", "datatype": "BYTES", "shape": [2],
                       "parameters": {"binary_data_size": 8}}]}""");

  private static final List<String> PIECES =
      List.of(
          "[",
          "]",
          "{",
          "}",
          ",",
          ":",
          "\"",
          "\\",
          "null",
          "-1",
          "1e999",
          "NaN",
          "true",
          "\0",
          "18446744073709551616",
          "\"data\": [",
          "\"parameters\": {",
          "\"shape\": [1]",
          "\ud83d\ude00",
          "\"shared_memory_region\": \"r\"",
          "\"binary_data_size\": 4294967296",
          "\\ud800");

  @TempDir private Path sharedMemory;

  private final long seed = Long.getLong("oip.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void noBodyIsAFaultOfTheServersOrHoldsAnything() throws Exception {
    System.out.println("FuzzTest: -Doip.seed=" + seed);
    try (OipServer server = new OipServer(sharedMemory)) {
      int accepted = 0;
      for (int round = 0; round < ROUNDS; round++) {
        String json = VALID.get(random.nextInt(VALID.size()));
        byte[] body = mutated((json + "\0\0\0\0\0\0\0\0").getBytes(UTF_8));
        int length = Math.max(0, body.length - 8 + random.nextInt(100) / 97);
        HttpResponse<byte[]> answer =
            server.post("/v2/models/two/infer", body, HEADER, Integer.toString(length));
        String where = "round " + round + ", seed " + seed + ", body " + new String(body, UTF_8);
        assertTrue(answer.statusCode() < 500 || answer.statusCode() == 501, where);
        if (answer.statusCode() == 200) {
          accepted++;
        } else {
          assertTrue(new String(answer.body(), UTF_8).startsWith("{\"error\":\""), where);
        }
      }
      server.awaitIdle();
      assertTrue(accepted > 0 && accepted < ROUNDS, accepted + " accepted, seed " + seed);
      assertEquals(200, server.get("/v2/models/two").statusCode());
    }
  }

  private byte[] mutated(byte[] body) {
    byte[] result = body;
    for (int times = random.nextInt(4); times > 0; times--) {
      int at = random.nextInt(result.length + 1);
      byte[] piece = PIECES.get(random.nextInt(PIECES.size())).getBytes(UTF_8);
      int dropped = Math.min(result.length - at, random.nextInt(8));
      result =
          switch (random.nextInt(3)) {
            case 0 -> spliced(result, at, new byte[0], dropped);
            case 1 -> spliced(result, at, piece, 0);
            default -> spliced(result, at, new byte[] {(byte) random.nextInt()}, 1);
          };
    }
    return result;
  }

  private static byte[] spliced(byte[] body, int at, byte[] piece, int dropped) {
    int rest = Math.min(body.length, at + dropped);
    byte[] result = new byte[at + piece.length + body.length - rest];
    System.arraycopy(body, 0, result, 0, at);
    System.arraycopy(piece, 0, result, at, piece.length);
    System.arraycopy(body, rest, result, at + piece.length, body.length - rest);
    return result;
  }
}
