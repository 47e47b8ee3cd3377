package dev.sluice.engine.trees;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.Loader;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TreesEngineTest {
  private final TreesEngine engine = new TreesEngine();

  @Test
  void isFoundByServiceLoader() {
    assertTrue(
        ServiceLoader.load(Engine.class).stream()
            .anyMatch(provider -> provider.type() == TreesEngine.class));
  }

  @Test
  void itsPlatformsAreTheLibraries() {
    assertEquals(Set.of("trees", "xgboost", "lightgbm", "fil"), engine.platforms());
    assertTrue(engine.platforms().contains(engine.name()));
  }

  @Test
  void recognizesItsFilesByName(@TempDir Path directory) throws IOException {
    assertFalse(engine.recognizes(directory));
    assertFalse(engine.recognizes(directory.resolve("no-such-directory")));
    for (String name :
        new String[] {"model.json", "model.ubj", "model.xgb", "model.txt", "model.lgb"}) {
      Path file = Files.createFile(directory.resolve(name));
      assertTrue(engine.recognizes(directory), name);
      Files.delete(file);
    }
  }

  @Test
  void estimateIsMoreThanTheFile() throws Exception {
    ModelVersion version = Models.version("trees_xgb_binary");
    long file = Files.size(version.path().resolve("model.json"));
    assertTrue(loader(version).estimate().memoryBytes() > file);
  }

  @Test
  void versionWithoutFilesIsNotFound(@TempDir Path directory) {
    Loader loader = loader(Models.version("m", directory.resolve("1")));
    assertEquals(Code.NOT_FOUND, assertThrows(ServingException.class, loader::estimate).code());
    ServingException failure = assertThrows(ServingException.class, loader::load);
    assertEquals(Code.NOT_FOUND, failure.code());
    assertTrue(failure.text().contains("model.ubj"), failure.text());
  }

  @Test
  void twoModelsAreRefusedUnlessThePlatformSaysWhich(@TempDir Path directory) throws Exception {
    copy("trees_xgb_binary", "model.json", directory);
    copy("trees_lgb_binary", "model.txt", directory);
    ServingException failure =
        assertThrows(ServingException.class, loader(Models.version("m", directory))::load);
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertTrue(failure.text().contains("[model.json, model.txt]"), failure.text());
    ModelVersion light = new ModelVersion(new ServableId("m", 1), "lightgbm", directory);
    assertEquals(2, loader(light).load().signatures().size());
  }

  private static void copy(String model, String file, Path directory) throws IOException {
    Files.copy(Models.version(model).path().resolve(file), directory.resolve(file));
  }

  @Test
  void oldBinaryFormatIsRefusedWithTheWayOut(@TempDir Path directory) throws Exception {
    Files.writeString(
        directory.resolve("xgboost.model"), "binf\0\0\0?", StandardCharsets.ISO_8859_1);
    ServingException failure =
        assertThrows(ServingException.class, loader(Models.version("m", directory))::load);
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertTrue(failure.text().contains("save_model('model.ubj')"), failure.text());
  }

  @Test
  void otherJsonIsNamedAsSuch(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("model.json"), "{\"format\": \"layers-model\"}");
    ServingException failure =
        assertThrows(ServingException.class, loader(Models.version("m", directory))::load);
    assertTrue(failure.text().contains("no model of XGBoost"), failure.text());
  }

  @Test
  void failedLoadMayBeRepeatedAndRepaired(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("model.txt"), "nothing");
    Loader loader = loader(Models.version("m", directory));
    for (int attempt = 0; attempt < 3; attempt++) {
      assertFalse(assertThrows(ServingException.class, loader::load).text().isEmpty());
    }
    Files.delete(directory.resolve("model.txt"));
    copy("trees_lgb_binary", "model.txt", directory);
    loader.load();
    loader.unload();
    loader.load();
  }

  private Loader loader(ModelVersion version) {
    return engine.loaderFor(version, EngineOptions.DEFAULT);
  }
}
