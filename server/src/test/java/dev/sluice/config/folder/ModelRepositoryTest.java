package dev.sluice.config.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelEntry;
import dev.sluice.source.VersionSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRepositoryTest {
  @TempDir private Path first;
  @TempDir private Path second;

  private final List<String> warnings = new ArrayList<>();

  private ModelRepository repository(Path... roots) {
    return new ModelRepository(List.of(roots), warnings::add);
  }

  private static List<String> names(ModelRepository repository) throws ConfigException {
    return repository.scan().models().stream().map(ModelEntry::name).toList();
  }

  @Test
  void everyFolderIsAModelByItsName() throws Exception {
    Files.createDirectory(first.resolve("wine"));
    Files.createDirectory(second.resolve("digits"));
    Files.createDirectory(first.resolve(".git"));
    Files.createFile(first.resolve("README.md"));
    Files.createSymbolicLink(second.resolve("linked"), first.resolve("wine"));
    assertEquals(List.of("digits", "linked", "wine"), names(repository(first, second)));
    assertEquals(
        new ModelEntry(
            "wine", first.resolve("wine"), "", VersionSelection.DEFAULT, Map.of(), false),
        repository(first).scan().model("wine").orElseThrow());
    assertEquals(List.of(), warnings);
  }

  @Test
  void linksMayNotLeadOutOfTheRepository() throws Exception {
    Files.createDirectory(first.resolve("own"));
    Files.createDirectories(first.resolve("..data/swapped"));
    Files.createSymbolicLink(first.resolve("swapped"), Path.of("..data/swapped"));
    Path secret = Files.createDirectory(second.resolve("secret"));
    Files.createSymbolicLink(first.resolve("stolen"), secret);
    ModelRepository repository = repository(first);
    assertEquals(List.of("own", "swapped"), names(repository));
    assertEquals(
        List.of(
            "--model_repository: %s is ignored, for it is a link to %s; expected one within the repository"
                .formatted(first.resolve("stolen"), secret.toRealPath())),
        warnings);
    names(repository);
    assertEquals(1, warnings.size(), "said once");
  }

  /** The directory itself may be a link: that is the operator's. */
  @Test
  void theRepositoryItselfMayBeALink() throws Exception {
    Files.createDirectories(second.resolve("models/a"));
    Path link = Files.createSymbolicLink(first.resolve("current"), second.resolve("models"));
    assertEquals(List.of("a"), names(repository(link)));
  }

  @Test
  void foldersComeAndGo() throws Exception {
    ModelRepository repository = repository(first);
    assertEquals(List.of(), names(repository));
    Files.createDirectory(first.resolve("b"));
    assertEquals(List.of("b"), names(repository));
    Files.createDirectory(first.resolve("a"));
    assertEquals(List.of("a", "b"), names(repository));
    Files.delete(first.resolve("b"));
    assertEquals(List.of("a", "b"), names(repository), "it may be back at once");
    assertEquals(List.of("a"), names(repository));
  }

  @Test
  void aFolderThatIsRenamedAwayAndBackStays() throws Exception {
    Path folder = Files.createDirectory(first.resolve("a"));
    write(folder, "version_policy { all {} }");
    ModelRepository repository = repository(first);
    ModelEntry entry = repository.scan().model("a").orElseThrow();
    for (int dance = 0; dance < 2; dance++) {
      Files.move(folder, second.resolve("away"));
      assertEquals(entry, repository.scan().model("a").orElseThrow());
      Files.move(second.resolve("away"), folder);
      assertEquals(entry, repository.scan().model("a").orElseThrow());
    }
    assertEquals(List.of(), warnings);
  }

  @Test
  void aFolderThatCannotBeLookedAtStaysAndIsWarnedOfOnce() throws Exception {
    Path target = Files.createDirectory(first.resolve(".target"));
    Path folder = Files.createSymbolicLink(first.resolve("a"), target);
    ModelRepository repository = repository(first);
    assertEquals(List.of("a"), names(repository));
    Files.delete(folder);
    Files.createSymbolicLink(folder, folder); // an error of the file system, for every user
    Files.createSymbolicLink(first.resolve("b"), first.resolve("b"));
    for (int look = 0; look < 3; look++) {
      assertEquals(List.of("a"), names(repository));
    }
    String warning = "--model_repository: %s cannot be looked at: ".formatted(folder);
    assertEquals(
        1, warnings.stream().filter(line -> line.startsWith(warning)).count(), warnings::toString);
    Files.delete(folder);
    Files.createSymbolicLink(folder, target);
    assertEquals(List.of("a"), names(repository));
  }

  @Test
  void whatComesLaterMayStillBeCopied() throws Exception {
    Files.createDirectory(first.resolve("a"));
    ModelRepository repository = repository(first);
    assertEquals(false, repository.scan().model("a").orElseThrow().arriving());
    Files.createDirectory(first.resolve("b"));
    assertEquals(true, repository.scan().model("b").orElseThrow().arriving());
    assertEquals(true, repository.scan().model("b").orElseThrow().arriving(), "it is the same");
    assertEquals(false, repository.scan().model("a").orElseThrow().arriving());
  }

  @Test
  void ofTwoModelsOfOneNameTheFirstCounts() throws Exception {
    Files.createDirectory(first.resolve("a"));
    Files.createDirectory(second.resolve("a"));
    ModelRepository repository = repository(first, second);
    assertEquals(first.resolve("a"), repository.scan().model("a").orElseThrow().basePath());
    assertEquals(List.of("a"), names(repository));
    assertEquals(
        List.of(
            "--model_repository: %s is ignored, model a is served from %s"
                .formatted(second.resolve("a"), first.resolve("a"))),
        warnings,
        "once");
  }

  @Test
  void aDirectoryThatCannotBeReadIsAnErrorAtFirstAndLaterChangesNothing() throws Exception {
    Path root = first.resolve("models");
    ModelRepository repository = repository(root, second);
    String message = assertThrows(ConfigException.class, repository::scan).text();
    assertEquals(
        "--model_repository: %s cannot be read: java.nio.file.NoSuchFileException: %s; expected a directory of models"
            .formatted(root, root),
        message);
    Files.createDirectories(root.resolve("a"));
    assertEquals(List.of("a"), names(repository));
    Files.move(root, first.resolve("gone"));
    Files.createDirectory(second.resolve("b"));
    assertEquals(List.of("a", "b"), names(repository));
    assertEquals(List.of("a", "b"), names(repository));
    assertEquals(List.of(message), warnings);
  }

  @Test
  void versionPolicyIsThatOfTheFile() throws Exception {
    Path folder = Files.createDirectory(first.resolve("a"));
    ModelRepository repository = repository(first);
    write(folder, "version_policy { all {} }");
    assertEquals(new VersionSelection.All(), selection(repository));
    write(folder, "version_policy { latest");
    assertEquals(new VersionSelection.All(), selection(repository), "half-written");
    write(folder, "version_policy { latest { num_versions: 3 } }");
    assertEquals(new VersionSelection.All(), selection(repository), "at the second look");
    assertEquals(List.of(), warnings);
    assertEquals(new VersionSelection.Latest(3), selection(repository));
    write(folder, "version_policy { oldest {} }}");
    assertEquals(new VersionSelection.Latest(3), selection(repository));
    assertEquals(new VersionSelection.Latest(3), selection(repository), "as it was");
    assertEquals(new VersionSelection.Latest(3), selection(repository));
    assertEquals(1, warnings.size(), warnings::toString);
    Files.delete(folder.resolve(TritonConfig.FILE));
    assertEquals(new VersionSelection.Latest(3), selection(repository));
    assertEquals(VersionSelection.DEFAULT, selection(repository));
    write(folder, "version_policy { all {} }");
    assertEquals(VersionSelection.DEFAULT, selection(repository));
    assertEquals(new VersionSelection.All(), selection(repository));
  }

  private static VersionSelection selection(ModelRepository repository) throws ConfigException {
    return repository.scan().model("a").orElseThrow().selection();
  }

  private static void write(Path folder, String text) throws IOException {
    Files.writeString(folder.resolve(TritonConfig.FILE), text);
  }
}
