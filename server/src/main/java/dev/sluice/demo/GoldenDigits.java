package dev.sluice.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Digits with recorded answers of one version of the model.
 *
 * @param version the version that gave the answers
 * @param digits the digits, in the order of the file
 * @param rtol how far a probability may be off, relative to the recorded one
 * @param atol how far it may be off besides
 */
record GoldenDigits(long version, List<Digit> digits, double rtol, double atol) {
  private static final String SIGNATURE = "serving_default";

  GoldenDigits {
    digits = List.copyOf(digits);
  }

  /**
   * Reads the Predict cases of the highest version in a file of recorded cases.
   *
   * @throws IOException if the file cannot be read, or holds no such case
   */
  static GoldenDigits read(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      return of(JsonParser.parseReader(reader).getAsJsonArray());
    } catch (JsonParseException | IllegalStateException | IllegalArgumentException e) {
      throw new IOException(file + " holds no recorded digits: " + e.getMessage(), e);
    }
  }

  private static GoldenDigits of(JsonArray cases) {
    long version = 0;
    double rtol = 0;
    double atol = 0;
    List<Digit> digits = new ArrayList<>();
    for (JsonElement element : cases) {
      JsonObject recorded = element.getAsJsonObject();
      long itsVersion = recorded.get("version").getAsLong();
      if (!isPredict(recorded) || itsVersion < version) {
        continue;
      }
      if (itsVersion > version) {
        digits.clear();
        version = itsVersion;
      }
      JsonObject tolerance = recorded.getAsJsonObject("tolerance");
      rtol = tolerance.get("rtol").getAsDouble();
      atol = tolerance.get("atol").getAsDouble();
      addDigits(recorded, digits);
    }
    if (digits.isEmpty()) {
      throw new IllegalArgumentException("no case of signature " + SIGNATURE);
    }
    return new GoldenDigits(version, digits, rtol, atol);
  }

  private static boolean isPredict(JsonObject recorded) {
    return recorded.has("outputs") && recorded.get("signature").getAsString().equals(SIGNATURE);
  }

  /** Takes one case apart: its tensors hold one row for each digit. */
  private static void addDigits(JsonObject recorded, List<Digit> digits) {
    float[] pixels = data(recorded.getAsJsonObject("inputs"), "images");
    JsonObject outputs = recorded.getAsJsonObject("outputs");
    float[] probabilities = data(outputs, "probabilities");
    JsonArray classes = outputs.getAsJsonObject("class").getAsJsonArray("data");
    int count = classes.size();
    for (int i = 0; i < count; i++) {
      Prediction expected =
          new Prediction(classes.get(i).getAsLong(), row(probabilities, i, count));
      digits.add(new Digit(row(pixels, i, count), expected));
    }
  }

  private static float[] row(float[] all, int index, int count) {
    int length = all.length / count;
    return Arrays.copyOfRange(all, index * length, (index + 1) * length);
  }

  private static float[] data(JsonObject tensors, String name) {
    return floats(tensors.getAsJsonObject(name).getAsJsonArray("data"));
  }

  /** Returns the numbers of a JSON array. */
  static float[] floats(JsonArray numbers) {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.get(i).getAsFloat();
    }
    return values;
  }
}
