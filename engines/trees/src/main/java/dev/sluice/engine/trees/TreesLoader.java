package dev.sluice.engine.trees;

import dev.sluice.engine.Loader;
import dev.sluice.engine.ResourceEstimate;
import dev.sluice.servable.Code;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;

/** Loads one file of trees. What it loads lives in Java's heap. */
final class TreesLoader implements Loader {
  /** What a model has beside its trees. */
  private static final long FIXED_BYTES = 1 << 16;

  /** Of a smaller file nobody misses what is left in the heap. */
  private static final long LARGE_BYTES = 16 << 20;

  private final ModelVersion version;
  private boolean isLarge;

  TreesLoader(ModelVersion version) {
    this.version = version;
  }

  /** A node takes 16 bytes here and, in the smallest of the formats, 34 in the file. */
  @Override
  public ResourceEstimate estimate() throws ServingException {
    ModelFile file = ModelFile.of(version);
    try {
      return new ResourceEstimate(Files.size(file.path()) + FIXED_BYTES);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  @Override
  public Servable load() throws ServingException {
    ModelFile file = ModelFile.of(version);
    try {
      isLarge = Files.size(file.path()) >= LARGE_BYTES;
      return new TreesServable(version.id(), file.read());
    } catch (ModelFormatException e) {
      throw ServingException.invalidArgument(
          "Cannot load %s from %s: %s".formatted(version.id(), file.path(), e.getMessage()));
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (OutOfMemoryError e) {
      // An array that did not fit; what had been read is garbage now.
      throw new ServingException(
          Code.RESOURCE_EXHAUSTED,
          "Cannot load %s from %s: trees live in Java's heap, which is too small: %s"
              .formatted(version.id(), file.path(), e.getMessage()));
    }
  }

  private ServingException unreadable(ModelFile file, IOException cause) {
    Code code =
        switch (cause) {
          case NoSuchFileException gone -> Code.NOT_FOUND;
          case AccessDeniedException denied -> Code.PERMISSION_DENIED;
          default -> Code.UNAVAILABLE;
        };
    return new ServingException(
        code, "Cannot read %s of %s: %s".formatted(file.path(), version.id(), cause));
  }

  /**
   * Has the heap collected and shrunk. Otherwise it would grow to its limit by what reading large
   * files leaves behind, and stay there: the collector gives nothing back until it has to collect
   * everything, which a server with little garbage may never have to.
   */
  @Override
  public void unload() {
    if (isLarge) {
      System.gc();
    }
  }
}
