package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ImportRulesTest {
  @Test
  void allMainSourcesKeepTheDirection() throws IOException {
    Path root = repositoryRoot();
    List<String> modules = new ArrayList<>(List.of("core", "server"));
    try (Stream<Path> engines = Files.list(root.resolve("engines"))) {
      engines.map(engine -> "engines/" + engine.getFileName()).sorted().forEach(modules::add);
    }
    List<String> violations = new ArrayList<>();
    for (String module : modules) {
      List<SourceFile> files = SourceFile.allOf(root, module);
      assertTrue(!files.isEmpty(), "no sources found in " + root.resolve(module));
      files.forEach(file -> violations.addAll(ImportRules.violations(file)));
    }
    assertEquals(List.of(), violations);
  }

  @Test
  void importingFromARowBelowIsAViolation() {
    assertEquals(
        List.of("core/A.java must not import dev.sluice.lifecycle.Manager"),
        violations("core", "dev.sluice.tensor", "dev.sluice.lifecycle.Manager"));
  }

  @Test
  void importingFromARowAboveOrTheSameIsNone() {
    assertEquals(
        List.of(),
        violations("server", "dev.sluice.api.tfs", "dev.sluice.predict.Call", "io.grpc.Status"));
    assertEquals(
        List.of(), violations("server", "dev.sluice.api.tfs.json", "dev.sluice.api.tfs.Names"));
  }

  @Test
  void aProtocolSeesNoOtherAndWhatTheyShareSeesNone() {
    assertEquals(
        List.of("server/A.java must not import dev.sluice.api.tfs.json.JsonBody"),
        violations(
            "server",
            "dev.sluice.api.oip",
            "dev.sluice.api.tfs.json.JsonBody",
            "dev.sluice.api.json.JsonSink"));
    assertEquals(
        1, violations("server", "dev.sluice.api.json", "dev.sluice.api.tfs.json.JsonBody").size());
    assertEquals(List.of(), violations("server", "dev.sluice.main", "dev.sluice.api.oip.Names"));
  }

  @Test
  void coreSeesNeitherWireFormatsNorLibraries() {
    assertEquals(
        3,
        violations(
                "core",
                "dev.sluice.predict",
                "dev.sluice.protos.serving.ModelSpec",
                "io.netty.buffer.ByteBuf",
                "javax.annotation.Nullable",
                "java.util.List",
                "org.jspecify.annotations.Nullable")
            .size());
  }

  @Test
  void anEngineSeesOnlyItsSeam() {
    assertEquals(
        List.of("engines/x/A.java must not import dev.sluice.source.Source"),
        violations(
            "engines/x",
            "dev.sluice.engine.x",
            "dev.sluice.source.Source",
            "dev.sluice.engine.Loader",
            "dev.sluice.tensor.Tensor",
            "dev.sluice.protos.tensorflow.SavedModel"));
  }

  @Test
  void aClientSeesNothingOfTheServer() {
    assertEquals(
        List.of("server/A.java must not import dev.sluice.api.tfs.Names"),
        violations(
            "server",
            "dev.sluice.loadtest",
            "dev.sluice.api.tfs.Names",
            "dev.sluice.loadtest.wire.Wire",
            "dev.sluice.client.tensor.Values",
            "dev.sluice.protos.serving.ModelSpec"));
    assertEquals(
        2,
        violations(
                "server",
                "dev.sluice.client",
                "dev.sluice.tensor.Tensor",
                "dev.sluice.loadtest.wire.Wire",
                "dev.sluice.client.tensor.Values")
            .size());
  }

  @Test
  void aPackageThatNobodyPlacedIsAViolation() {
    assertEquals(1, violations("server", "dev.sluice.misc").size());
    assertEquals(1, violations("server", "dev.sluice.main", "dev.sluice.misc.Things").size());
  }

  @Test
  void readsPackageAndImportsOfAFile() {
    SourceFile file =
        SourceFile.of(
            "core",
            "A.java",
            """
            /** import dev.sluice.main.Main; in a comment does not count. */
            package dev.sluice.tensor;

            import static java.util.Objects.hash;
            import java.util.*;
            import org.jspecify.annotations.Nullable;

            final class A {}
            """);
    assertEquals("dev.sluice.tensor", file.packageName());
    assertEquals(
        List.of("java.util.Objects.hash", "java.util.*", "org.jspecify.annotations.Nullable"),
        file.imports());
  }

  private static List<String> violations(String module, String packageName, String... imports) {
    return ImportRules.violations(new SourceFile(module, "A.java", packageName, List.of(imports)));
  }

  private static Path repositoryRoot() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("engines"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("run from within the repository");
      }
    }
    return folder;
  }
}
