package dev.sluice.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TextLineTest {
  @Test
  void aLineBeginsInTheCombinedLogFormatAndGoesOnWithFields() {
    assertEquals(
        "10.1.2.3 - - [26/Nov/2026:07:00:00 +0000]"
            + " \"POST /v1/models/half_plus_two:predict HTTP/1.1\" 200 42 \"-\" \"-\""
            + " model=half_plus_two version=123 signature=serving_default code=OK rows=8"
            + " request_bytes=57 decode_ms=0.010 queue_ms=0.020 engine_ms=1.300 encode_ms=0.005"
            + " total_ms=1.335 trace=4bf92f3577b34da6a3ce929d0e0e4736",
        TextLine.access(Entries.rest()));
  }

  @Test
  void whatIsUnknownIsADash() {
    assertEquals(
        "- - - [26/Nov/2026:07:00:00 +0000]"
            + " \"POST /tensorflow.serving.PredictionService/Predict HTTP/2.0\" 404 0 \"-\" \"-\""
            + " model=m version=- signature=- code=NOT_FOUND rows=-"
            + " request_bytes=57 decode_ms=0.010 queue_ms=0.000 engine_ms=0.000 encode_ms=0.000"
            + " total_ms=0.010 trace=- problem=\"no \\\"m\\\" here\"",
        TextLine.access(Entries.grpc("m", "no \"m\" here")));
  }

  @Test
  void whateverAClientNamesALineStaysALine() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 10_000; i++) {
      String name =
          random
              .ints(random.nextInt(8), 0, random.nextBoolean() ? 0x40 : 0x3000)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      String line = TextLine.access(Entries.grpc(name, name));
      assertTrue(
          line.chars().allMatch(c -> c >= ' ' && c < 0x7f), () -> "seed " + seed + ": " + line);
      String model = line.substring(line.indexOf(" model="), line.indexOf(" version="));
      if (model.startsWith(" model=\"")) {
        assertTrue(
            model.substring(8).matches("([^\"\\\\]|\\\\.)*\""), () -> "seed " + seed + ": " + line);
      } else {
        assertTrue(model.substring(1).indexOf(' ') < 0, () -> "seed " + seed + ": " + line);
      }
    }
  }

  @Test
  void aWarningSaysWhereTheTimeWent() {
    assertEquals(
        "POST /v1/models/{model}:predict of half_plus_two took 1.335 ms (decode 0.010, queue 0.020,"
            + " engine 1.300, encode 0.005): OK, version 123, a run of 8 rows, from 10.1.2.3,"
            + " trace 4bf92f3577b34da6a3ce929d0e0e4736",
        Entries.rest().toString());
    assertEquals(
        "tensorflow.serving.PredictionService/Predict of - took 0.010 ms (decode 0.010, queue"
            + " 0.000, engine 0.000, encode 0.000): NOT_FOUND",
        Entries.grpc("", "").toString());
  }
}
