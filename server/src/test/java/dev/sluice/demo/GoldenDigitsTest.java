package dev.sluice.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GoldenDigitsTest {
  @TempDir Path folder;

  @Test
  void readsTheCasesOfTheHighestVersionRowByRow() throws IOException {
    GoldenDigits golden =
        read("[" + predict(1, 2, "5") + "," + predict(2, 2, "7") + "," + predict(1, 2, "6") + "]");

    assertEquals(2, golden.version());
    assertEquals(2, golden.digits().size());
    Digit second = golden.digits().get(1);
    assertEquals(7, second.expected().digit());
    assertArrayEquals(new float[] {0.1f, 0.9f}, second.expected().probabilities());
    assertEquals(1e-4, golden.rtol());
    assertEquals(1e-5, golden.atol());
  }

  @Test
  void skipsOtherSignaturesAndRecordedErrors() throws IOException {
    String error = "{\"version\":2,\"signature\":\"serving_default\",\"expect_error\":{}}";
    String other = predict(2, 1, "8").replace("serving_default", "image_bytes");

    GoldenDigits golden = read("[" + error + "," + other + "," + predict(2, 1, "3") + "]");

    assertEquals(1, golden.digits().size());
    assertEquals(3, golden.digits().getFirst().expected().digit());
  }

  @Test
  void namesTheFileThatHoldsNoDigits() throws IOException {
    Path file = Files.writeString(folder.resolve("golden.json"), "[]");
    IOException failure = assertThrows(IOException.class, () -> GoldenDigits.read(file));
    assertTrue(String.valueOf(failure.getMessage()).contains(file.toString()));
  }

  @Test
  void refusesWhatIsNotJson() {
    assertThrows(IOException.class, () -> read("{"));
  }

  private GoldenDigits read(String json) throws IOException {
    return GoldenDigits.read(Files.writeString(folder.resolve("golden.json"), json));
  }

  private static String predict(int version, int count, String digit) {
    String pixels = String.join(",", Collections.nCopies(count * 64, "4.0"));
    String probabilities = String.join(",", Collections.nCopies(count, "0.1,0.9"));
    String classes = String.join(",", Collections.nCopies(count, digit));
    return """
        {"version": %d, "signature": "serving_default",
         "inputs": {"images": {"data": [%s]}},
         "outputs": {"probabilities": {"data": [%s]}, "class": {"data": [%s]}},
         "tolerance": {"rtol": 1e-4, "atol": 1e-5}}
        """
        .formatted(version, pixels, probabilities, classes);
  }
}
