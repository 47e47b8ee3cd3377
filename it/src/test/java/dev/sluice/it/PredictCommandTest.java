package dev.sluice.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client as people start it, against a real server with real models and recorded answers. */
final class PredictCommandTest {
  private static final int SIDE = 8;

  /** Of a digit's pixels, where an image has 255. */
  private static final int INK = 16;

  @TempDir private static Path scratch;
  private static ServerProcess server;

  @BeforeAll
  static void start() throws Exception {
    Path config =
        Files.writeString(
            scratch.resolve("models.config"),
            "model_config_list {%s%s%s%s}"
                .formatted(
                    entry("digits", Models.dist().resolve("models/digits")),
                    entry("recommender", Models.path("recommender")),
                    entry("wine", Models.path("wine_keras")),
                    entry("half", Models.path("half_plus_two"))));
    server = ServerProcess.serve("--model_config_file=" + config);
  }

  private static String entry(String name, Path base) {
    return ("config { name: '%s' base_path: '%s' model_platform: 'tensorflow'"
            + " model_version_policy { all {} } }")
        .formatted(name, base);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private record Ended(int code, String output) {
    List<String> lines() {
      assertEquals(0, code, output);
      return output.lines().toList();
    }
  }

  private static Ended predict(String model, String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of(model, "--url=127.0.0.1:" + server.restPort()));
    all.addAll(List.of(flags));
    Process process = ServerProcess.main("predict", all);
    try (var output = process.inputReader(UTF_8)) {
      String text = String.join("\n", output.lines().toList());
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end by itself");
      return new Ended(process.exitValue(), text);
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  /** Returns a recorded example of a model. */
  private static JsonObject golden(Path base, String name) throws IOException {
    JsonArray all =
        JsonParser.parseString(Files.readString(base.resolve("golden.json"))).getAsJsonArray();
    for (JsonElement example : all) {
      if (example.getAsJsonObject().get("name").getAsString().equals(name)) {
        return example.getAsJsonObject();
      }
    }
    throw new AssertionError("no " + name + " in " + base);
  }

  private static JsonArray data(JsonObject example, String side, String tensor) {
    return example.getAsJsonObject(side).getAsJsonObject(tensor).getAsJsonArray("data");
  }

  private static void assertNear(JsonArray expected, List<Double> found) {
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < found.size(); i++) {
      assertEquals(expected.get(i).getAsDouble(), found.get(i), 1e-4, "at " + i);
    }
  }

  private static List<Double> numbers(JsonElement nested) {
    List<Double> numbers = new ArrayList<>();
    if (nested instanceof JsonArray list) {
      list.forEach(element -> numbers.addAll(numbers(element)));
    } else {
      numbers.add(nested.getAsDouble());
    }
    return numbers;
  }

  private static JsonElement saved(Path file, String output) throws IOException {
    return JsonParser.parseString(Files.readString(file))
        .getAsJsonObject()
        .getAsJsonObject("outputs")
        .get(output);
  }

  private static Path digit(JsonArray pixels) throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < SIDE * SIDE; i++) {
      int grey = Math.round(pixels.get(i).getAsFloat() / INK * 255);
      image.getRaster().setSample(i % SIDE, i / SIDE, 0, grey);
    }
    Path file = scratch.resolve("digit.png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  @Test
  void aDigitIsRecognizedFromAnImage() throws Exception {
    JsonObject example = golden(Models.dist().resolve("models/digits"), "one_v1");
    Path image = digit(data(example, "inputs", "images"));
    Path answer = scratch.resolve("digit.json");
    List<String> lines =
        predict(
                "digits",
                "--version=1",
                "--input=" + image,
                "--scale=0..16",
                "--top=3",
                "--output=" + answer)
            .lines();
    long recorded = data(example, "outputs", "class").get(0).getAsLong();
    assertEquals("#  class  probabilities", lines.getFirst());
    assertTrue(
        lines.get(1).matches("0      %d  %d  0\\.9\\d+".formatted(recorded, recorded)),
        lines.get(1));
    assertEquals(5, lines.size(), "title, three classes, time");
    assertTrue(lines.getLast().matches("\\(1 row, .* ms, digits, version 1\\)"), lines.getLast());
    // 255 levels are a little less than what was recorded.
    List<Double> found = numbers(saved(answer, "probabilities"));
    for (int i = 0; i < found.size(); i++) {
      assertEquals(
          data(example, "outputs", "probabilities").get(i).getAsDouble(), found.get(i), 0.02);
    }
  }

  @Test
  void aDigitIsRecognizedFromAnArray() throws Exception {
    JsonObject example = golden(Models.dist().resolve("models/digits"), "one_v1");
    JsonArray pixels = data(example, "inputs", "images");
    String header = "{'descr': '>f8', 'fortran_order': False, 'shape': (1, 8, 8, 1), }\n";
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    array.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    array.writeBytes(new byte[] {(byte) header.length(), 0});
    array.writeBytes(header.getBytes(UTF_8));
    ByteBuffer elements = ByteBuffer.allocate(pixels.size() * 8).order(ByteOrder.BIG_ENDIAN);
    pixels.forEach(pixel -> elements.putDouble(pixel.getAsDouble()));
    array.writeBytes(elements.array());
    Path file = Files.write(scratch.resolve("digit.npy"), array.toByteArray());
    Path answer = scratch.resolve("array.json");
    predict("digits", "--version=1", "--input", file.toString(), "--output", answer.toString())
        .lines();
    assertNear(data(example, "outputs", "probabilities"), numbers(saved(answer, "probabilities")));
  }

  @Test
  void severalInputsAreGivenByName() throws Exception {
    JsonObject example = golden(Models.path("recommender"), "rank_two_users");
    Path answer = scratch.resolve("items.json");
    List<String> lines =
        predict(
                "recommender",
                "--input=user_id=3,42",
                "--input=item_ids=[[1,7,123,499],[0,10,20,30]]",
                "--input=country=[\"DE\",\"JP\"]",
                "--input=device=[\"phone\",\"tv\"]",
                "--outputs=top_scores,top_items",
                "--top=2",
                "--output=" + answer)
            .lines();
    assertEquals("#  top_scores", lines.getFirst().substring(0, 13));
    String best = data(example, "outputs", "top_items").get(0).getAsString();
    assertTrue(lines.get(1).startsWith("0  " + best), lines.get(1));
    assertNear(data(example, "outputs", "top_scores"), numbers(saved(answer, "top_scores")));
  }

  @Test
  void aTableIsSentInBatches() throws Exception {
    JsonObject example = golden(Models.path("wine_keras"), "seven");
    JsonArray features = data(example, "inputs", "features");
    int width = 13;
    StringBuilder csv = new StringBuilder("f0");
    for (int i = 1; i < width; i++) {
      csv.append(",f").append(i);
    }
    for (int i = 0; i < features.size(); i++) {
      csv.append(i % width == 0 ? "\n" : ",").append(features.get(i).getAsDouble());
    }
    Path file = Files.writeString(scratch.resolve("wine.csv"), csv);
    Path answer = scratch.resolve("wine.json");
    List<String> lines =
        predict("wine", "--input=" + file, "--batch=3", "--output=" + answer).lines();
    assertTrue(lines.getLast().startsWith("(7 rows, 3 requests, "), lines.getLast());
    assertNear(data(example, "outputs", "output_0"), numbers(saved(answer, "output_0")));
    Path torn = Files.writeString(scratch.resolve("torn.csv"), csv + "\n1,2,3\n");
    Ended refused = predict("wine", "--input=" + torn);
    assertEquals(1, refused.code);
    assertEquals(
        "sluice predict: " + torn + ", line 9: expected 13 fields, found 3", refused.output);
  }

  @Test
  void valuesAndModelsAreShown() throws Exception {
    List<String> lines = predict("half", "--input=1,2,5", "--version=1").lines();
    assertEquals(List.of("#    y", "0  2.5", "1  3.0", "2  4.5"), lines.subList(0, 4));
    Ended raw = predict("half", "--input=1,2,5", "--version=1", "--json");
    assertEquals("{\"outputs\":[2.5,3.0,4.5]}", JsonParser.parseString(raw.output).toString());
    String model = predict("recommender").output;
    assertTrue(model.contains("  input   country  "), model);
    assertTrue(model.contains(" --input user_id=1,2,5"), model);
  }

  @Test
  void mistakesAreReadable() throws Exception {
    var _ = predict("half", "--input=1").lines();
    Ended noModel = predict("nope");
    assertTrue(noModel.output.matches("(?s).*\\nIt has answered for .*half.*"), noModel.output);
    assertEquals(1, noModel.code);
    assertTrue(noModel.output.contains(" does not serve nope: "), noModel.output);
    Ended noVersion = predict("half", "--version=99");
    assertEquals(1, noVersion.code);
    assertTrue(noVersion.output.contains("is AVAILABLE"), noVersion.output);
    Ended noServer = predict("half", "--url=127.0.0.1:" + FreePorts.next());
    assertEquals(1, noServer.code);
    assertTrue(noServer.output.contains("Start one: ./sluice serve "), noServer.output);
    Ended grpcPort = predict("half", "--url=127.0.0.1:" + server.grpcPort());
    assertEquals(1, grpcPort.code);
    assertTrue(grpcPort.output.contains("by default 8501"), grpcPort.output);
    assertEquals(255, predict("half", "--no_such").code);
    assertEquals(0, predict("half", "--help").code);
  }
}
