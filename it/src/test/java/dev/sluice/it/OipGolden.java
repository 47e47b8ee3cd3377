package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The recorded answers of all engines' models that the Open Inference Protocol can ask for. */
final class OipGolden {
  private OipGolden() {}

  /** A recorded answer. */
  record Case(String model, JsonObject json) {
    String name() {
      return model + ": " + json.get("name").getAsString();
    }

    String version() {
      return json.get("version").getAsString();
    }

    String signature() {
      return json.has("signature") ? json.get("signature").getAsString() : "serving_default";
    }

    JsonObject inputs() {
      return json.getAsJsonObject("inputs");
    }

    JsonObject outputs() {
      return json.getAsJsonObject("outputs");
    }

    /** Returns all of its tensors. */
    List<JsonObject> tensors() {
      return Stream.of(inputs(), outputs())
          .flatMap(side -> side.asMap().values().stream())
          .map(JsonElement::getAsJsonObject)
          .toList();
    }

    void assertMatches(String output, JsonObject found) {
      JsonObject tolerance = json.getAsJsonObject("tolerance");
      assertEquals(
          "",
          Tensors.difference(
              Tensors.toProto(found),
              outputs().getAsJsonObject(output),
              tolerance.get("rtol").getAsDouble(),
              tolerance.get("atol").getAsDouble()),
          output);
    }

    private boolean canBeAsked() {
      boolean predicts =
          !json.has("method")
              || json.get("method").getAsString().equals("tensorflow/serving/predict");
      // What models answer in an order is asked for by GoldenTest, on models freshly loaded.
      return predicts
          && json.has("outputs")
          && !json.has("order")
          && tensors().stream().allMatch(OipTensors::hasDatatype);
    }
  }

  /** Returns the cases of all bundled models. */
  static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    for (String model : models()) {
      String golden = Files.readString(Models.path(model).resolve("golden.json"));
      for (JsonElement element : JsonParser.parseString(golden).getAsJsonArray()) {
        Case next = new Case(model, element.getAsJsonObject());
        if (next.canBeAsked()) {
          cases.add(next);
        }
      }
    }
    return cases;
  }

  private static List<String> models() throws IOException {
    try (Stream<Path> folders = Files.list(Models.root())) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("golden.json")))
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  /** Starts a server of all bundled models, in all their versions. */
  static ServerProcess serve(Path scratch) throws Exception {
    StringBuilder config = new StringBuilder("model_config_list {\n");
    for (String model : models()) {
      config.append(
          "config { name: \"%s\" base_path: \"%s\" model_version_policy { all {} } }\n"
              .formatted(model, Models.path(model)));
    }
    Path file = Files.writeString(scratch.resolve("models.config"), config.append("}\n"));
    return ServerProcess.serve("--model_config_file=" + file);
  }
}
