package dev.sluice.check;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * A model that would be served.
 *
 * @param versions those that would be loaded, ascending
 */
public record PlannedModel(String name, Path basePath, List<Version> versions) {
  public PlannedModel {
    versions = List.copyOf(versions);
  }

  /**
   * One version.
   *
   * @param engine what would run it; empty if nothing can
   * @param bytes how much memory it may take, as its files say; empty if they do not
   */
  public record Version(long number, String engine, OptionalLong bytes) {
    /** Returns true if it can be tried to load it. */
    public boolean isLoadable() {
      return !engine.isEmpty();
    }
  }
}
