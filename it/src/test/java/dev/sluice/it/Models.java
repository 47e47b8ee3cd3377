package dev.sluice.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The models that the repository brings, and ways to publish versions of them. */
final class Models {
  private Models() {}

  /** Returns the directory of all models. */
  static Path root() {
    return Path.of(System.getProperty("sluice.models")).toAbsolutePath().normalize();
  }

  /** Returns the directory of what is distributed. */
  static Path dist() {
    return Path.of(System.getProperty("sluice.dist")).toAbsolutePath().normalize();
  }

  static Path path(String model) {
    return root().resolve(model);
  }

  /** Publishes a version as one should: copied beside, then renamed into place. */
  static void publish(Path version, Path base, long number) throws IOException {
    Path staging = base.resolveSibling(base.getFileName() + ".staging-" + number);
    ServerProcess.copyTree(version, staging);
    Files.createDirectories(base);
    Files.move(staging, base.resolve(Long.toString(number)), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Takes a version away, at once as far as a server can see. */
  static void retract(Path base, long number) throws IOException {
    Path gone = base.resolveSibling(base.getFileName() + ".gone-" + number);
    Files.move(base.resolve(Long.toString(number)), gone, StandardCopyOption.ATOMIC_MOVE);
    delete(gone);
  }

  static void delete(Path tree) throws IOException {
    try (var paths = Files.walk(tree)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
