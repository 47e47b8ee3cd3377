package dev.sluice.config.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.engine.ModelSettings;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.source.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSettingsTest {
  @TempDir private Path directory;

  private final List<String> warnings = new ArrayList<>();
  private final FolderSettings settings = new FolderSettings(true, warnings::add);
  private Path folder = Path.of("");
  private Path version = Path.of("");

  @BeforeEach
  void createVersion() throws IOException {
    folder = directory.resolve("m");
    version = Files.createDirectories(folder.resolve("003"));
  }

  private static ModelVersion at(Path path) {
    return new ModelVersion(new ServableId("m", 3), "", path);
  }

  @Test
  void theVersionsOwnFileGoesFirstAndTritonsLast() throws Exception {
    assertEquals(ModelSettings.NONE, settings.of(at(version)));
    Files.writeString(
        folder.resolve(TritonConfig.FILE), "platform: 'a' instance_group { count: 9 }");
    assertEquals("a", settings.of(at(version)).platform());
    Files.writeString(folder.resolve(Sidecar.FILE), "platform: b\nmodel_file: f\n");
    assertEquals("b", settings.of(at(version)).platform());
    Files.writeString(version.resolve(Sidecar.FILE), "platform: c\n");
    assertEquals("c", settings.of(at(version)).platform());
    assertEquals("f", settings.of(at(version)).modelFile());
    assertEquals(OptionalInt.of(9), settings.of(at(version)).threads().lanes());
  }

  @Test
  void nothingOfARepositorysModelLeadsOutOfIt() throws Exception {
    FolderSettings confined = new FolderSettings(true, List.of(directory), warnings::add);
    Path inside = Files.writeString(directory.resolve("blob"), "x");
    Files.createSymbolicLink(version.resolve("model.onnx"), inside);
    assertEquals(ModelSettings.NONE, confined.of(at(version)));
    Path outside = Path.of("/etc/hostname");
    for (Path link :
        List.of(version.resolve("weights"), folder.resolve(Sidecar.FILE), folder.resolve("4"))) {
      Files.createSymbolicLink(link, outside);
      Path asked = link.endsWith("4") ? link : version;
      ServingException refusal =
          assertThrows(ServingException.class, () -> confined.of(at(asked)), link::toString);
      assertEquals(Code.PERMISSION_DENIED, refusal.code());
      assertEquals(
          "{name: m version: 3} is not loaded: expected links within --model_repository, found %s, which leads out"
              .formatted(
                  link.startsWith(version) ? link.toRealPath(LinkOption.NOFOLLOW_LINKS) : link),
          refusal.text());
      Files.delete(link);
    }
    // Where the operator says where each model is, links are his.
    Files.createSymbolicLink(version.resolve("weights"), outside);
    assertEquals(ModelSettings.NONE, settings.of(at(version)));
  }

  /** What lies beside the folder of a model without versions is none of its business. */
  @Test
  void aModelWithoutVersionsHasItsOwnFolder() throws Exception {
    Files.writeString(directory.resolve(Sidecar.FILE), "platform: other\n");
    assertEquals(ModelSettings.NONE, settings.of(at(folder)));
    Files.writeString(folder.resolve(Sidecar.FILE), "platform: own\n");
    assertEquals("own", settings.of(at(folder)).platform());
  }

  @Test
  void aDirectoryIsAModelIfItSaysWhichFileThatIs() throws Exception {
    assertEquals(false, FolderSettings.isModel(folder));
    Files.writeString(folder.resolve(Sidecar.FILE), "model_file: scorer.pt\n");
    assertEquals(false, FolderSettings.isModel(folder));
    Files.createFile(folder.resolve("scorer.pt"));
    assertEquals(true, FolderSettings.isModel(folder));
    Files.writeString(folder.resolve(Sidecar.FILE), "model_file: [scorer.pt]\n");
    assertEquals(false, FolderSettings.isModel(folder));
  }

  @Test
  void whatIsWrongIsSaidOfTheVersion() throws Exception {
    Path file = Files.writeString(folder.resolve(Sidecar.FILE), "platform: 3\n");
    assertEquals(
        "The settings of {name: m version: 3} cannot be used: "
            + file
            + ":1:11: platform: expected a text, found '3'",
        assertThrows(ServingException.class, () -> settings.of(at(version))).text());
  }

  @Test
  void whatChangesNothingIsSaidOnceAModel() throws Exception {
    Path file = Files.writeString(folder.resolve(TritonConfig.FILE), "parameters { key: 'k' }");
    var _ = settings.of(at(version));
    var _ = settings.of(at(version));
    assertEquals(
        List.of("Model m: these fields of %s change nothing here: parameters".formatted(file)),
        warnings);
  }

  @Test
  void byTheReferencesRulesTritonsFileIsNotThere() throws Exception {
    Files.writeString(folder.resolve(TritonConfig.FILE), "no such: file");
    Files.writeString(folder.resolve(Sidecar.FILE), "platform: b\n");
    assertEquals("b", new FolderSettings(false, warnings::add).of(at(version)).platform());
  }

  @Test
  void repairsOfEitherFileAreNoticed() throws Exception {
    Fingerprint fingerprint = settings.fingerprint();
    List<Long> seen = new ArrayList<>(List.of(fingerprint.of(at(version))));
    for (Path file :
        List.of(
            folder.resolve(Sidecar.FILE),
            folder.resolve(TritonConfig.FILE),
            version.resolve(Sidecar.FILE))) {
      Files.writeString(file, "#");
      long now = fingerprint.of(at(version));
      assertEquals(false, seen.contains(now), file::toString);
      assertEquals(now, fingerprint.of(at(version)));
      seen.add(now);
    }
    Files.writeString(folder.resolve("README"), "says nothing to the server");
    assertEquals(seen.getLast(), fingerprint.of(at(version)));
    Files.writeString(folder.resolve(Sidecar.FILE), "# longer");
    assertNotEquals(seen.getLast(), fingerprint.of(at(version)));
  }
}
