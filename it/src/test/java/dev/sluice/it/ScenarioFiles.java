package dev.sluice.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** The models' directory of one scenario and its configuration file, under a scratch directory. */
final class ScenarioFiles {
  private static final Pattern MISSING_VARIABLE =
      Pattern.compile(
          "(Could not find variable )\\w+(\\. .*?localhost/)\\w+(\\)[^{]*\\{\\{node )[^}]*");

  private final Path models;
  private final Path config;
  private final Path aside;
  private final AtomicInteger copies = new AtomicInteger();

  ScenarioFiles(Path scratch) {
    this.models = create(scratch.resolve("models"));
    this.config = scratch.resolve("models.config");
    this.aside = create(scratch.resolve("aside"));
  }

  private static Path create(Path directory) {
    try {
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void createParent(Path file) {
    Path parent = file.getParent();
    if (parent != null) {
      create(parent);
    }
  }

  /** Puts this machine's paths in the place of the record's names for them. */
  String expand(String text) {
    return text.replace("${CORPUS_MODELS}", Models.root().toString())
        .replace("${MODELS}", models.toString());
  }

  /** The reverse of {@link #expand}, for what the server says. */
  String normalize(String text) {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost";
    }
    return maskVariable(
        text.replace(models.toString(), "${MODELS}")
            .replace(Models.root().toString(), "${CORPUS_MODELS}")
            .replace("running on " + host, "running on ${HOSTNAME}"));
  }

  /** Which of several missing variables a run stumbles over changes from run to run. */
  static String maskVariable(String text) {
    return MISSING_VARIABLE.matcher(text).replaceAll("$1*$2*$3*");
  }

  void writeConfig(String text) throws IOException {
    Path written = aside.resolve("config-" + copies.incrementAndGet());
    Files.writeString(written, expand(text));
    Files.move(written, config, StandardCopyOption.ATOMIC_MOVE);
  }

  void deleteConfig() throws IOException {
    Files.delete(config);
  }

  /** Copies a version of a model aside and renames it into place. */
  void publish(String name, String source) throws IOException {
    Path copy = aside.resolve("copy-" + copies.incrementAndGet());
    ServerProcess.copyTree(Models.path(source), copy);
    Path target = models.resolve(name);
    createParent(target);
    Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
  }

  void remove(String name) throws IOException {
    Path gone = aside.resolve("gone-" + copies.incrementAndGet());
    Files.move(models.resolve(name), gone, StandardCopyOption.ATOMIC_MOVE);
  }

  void rename(String from, String to) throws IOException {
    Files.move(models.resolve(from), models.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Overwrites a version's files where they are. */
  void replace(String name, String source) throws IOException {
    Path from = Models.path(source);
    try (var paths = Files.walk(from)) {
      List<Path> regular = paths.filter(Files::isRegularFile).toList();
      for (Path file : regular) {
        Path target = models.resolve(name).resolve(from.relativize(file).toString());
        createParent(target);
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  void writeFile(String name) throws IOException {
    Path file = models.resolve(name);
    createParent(file);
    Files.writeString(file, "no model");
  }

  void createDirectory(String name) {
    create(models.resolve(name));
  }
}
