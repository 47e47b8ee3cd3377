package dev.sluice.config.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keeps the models of a repository inside it: a symbolic link may lead to another place in one of
 * its directories, as in volumes of Kubernetes, whose files are links to what is swapped as a
 * whole, but not out of them. Whoever may put a link there could have any file of the server's
 * read.
 *
 * @param roots as the operator names them; links on the way to them are his own. None: all places
 *     are allowed
 */
record Confinement(List<Path> roots) {
  Confinement {
    roots = List.copyOf(roots);
  }

  /** Returns true if a path, all links followed, is in one of the directories. */
  boolean contains(Path path) throws IOException {
    if (roots.isEmpty()) {
      return true;
    }
    Path real = path.toRealPath();
    for (Path root : roots) {
      // Each time: the directory itself may be a link that is turned while the server runs.
      if (Files.exists(root) && real.startsWith(root.toRealPath())) {
        return true;
      }
    }
    return false;
  }

  /** Returns something in a directory, or it, that is a link out of the repository. */
  Optional<Path> leavingFrom(Path directory) throws IOException {
    if (roots.isEmpty()) {
      return Optional.empty();
    }
    if (!contains(directory)) {
      return Optional.of(directory);
    }
    // The real one, for a walk from a link would end there. Links within are not followed.
    try (Stream<Path> all = Files.walk(directory.toRealPath())) {
      return all.filter(Files::isSymbolicLink).filter(link -> !containsTarget(link)).findFirst();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private boolean containsTarget(Path link) {
    try {
      return contains(link);
    } catch (IOException leadsNowhere) {
      return true; // so it can harm nobody, and what needs the file says that it is missing
    }
  }
}
