package dev.sluice.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.config.BatchingMode;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelEntry;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ModelsValidator;
import dev.sluice.config.ServerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in the documents is a file that works, and the schema there is that of the code. */
class DocumentedFileTest {
  private static final Path DOCS = Path.of("..", "docs");

  private static final Pattern EXAMPLE =
      Pattern.compile("<!-- A test serves this file[^\n]*\n```yaml\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void copy() throws IOException {
    file = Files.writeString(directory.resolve("sluice.yaml"), example());
  }

  static String example() throws IOException {
    Matcher example = EXAMPLE.matcher(Files.readString(DOCS.resolve("sluice-yaml.md")));
    assertTrue(example.find(), "no example in the document");
    return example.group(1);
  }

  @Test
  void theExampleSaysWhatItsCommentsSay() throws ConfigException {
    ServerSettings settings =
        ServeArguments.parse(Map.of("REST_PORT", "9501")::get, "--config=" + file).settings();
    assertEquals(8500, settings.grpc().port());
    assertEquals(9501, settings.rest().port());
    assertEquals(
        "100", settings.grpc().channelArguments().values().get("grpc.max_concurrent_streams"));
    assertEquals(BatchingMode.AUTO, settings.batching().mode());
    assertEquals(Duration.ofMillis(50), settings.limits().objectives().of("ranker"));
    assertEquals(4, settings.limits().weights().of("ranker"));
    assertTrue(settings.monitoring().enabled());
    assertEquals(new ServerSettings.Origin.YamlFile(file), settings.models().origin());
  }

  @Test
  void theExampleListsItsModels() throws ConfigException {
    ModelsConfig models =
        new FileModels(file, _ -> null, new ModelsValidator(Set.of("tensorflow"), false), _ -> {})
            .read(ModelsConfig.NOTHING);
    assertEquals(
        List.of("half_plus_two", "ranker", "counter"),
        models.models().stream().map(ModelEntry::name).toList());
    assertEquals(Map.of("half_plus_two", Map.of("stable", 1L, "canary", 2L)), models.labels());
    assertEquals(Path.of("/models/ranker"), models.models().get(1).basePath());
  }

  @Test
  void theCommentedParametersWorkToo() throws Exception {
    String inComment = "#   batching: ";
    String line =
        example().lines().filter(text -> text.startsWith(inComment)).findFirst().orElseThrow();
    Files.writeString(
        file, example().replace("\nbatching: auto\n", "\n" + line.substring(1).strip() + "\n"));
    ServerSettings.Batching batching =
        ServeArguments.parse(_ -> null, "--config=" + file).settings().batching();
    assertEquals(BatchingMode.TFS, batching.mode());
    assertEquals(List.of(16L, 64L), batching.parameters().allowedBatchSizes());
  }

  @Test
  void theSchemaInTheDocumentsIsCurrent() throws IOException {
    assertEquals(
        FileSchema.text(),
        Files.readString(DOCS.resolve("sluice.schema.json")),
        "write it anew: ./sluice check --schema > docs/sluice.schema.json");
  }
}
