package dev.sluice.source;

import dev.sluice.servable.ModelVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * What one look at a model's base path finds, for those who only want to know what would be served.
 *
 * @param versions the wanted ones, ascending
 * @param complaints what the operator should know
 * @param readable false if the base path could not be read; then nothing is wanted
 */
public record SingleLook(List<ModelVersion> versions, List<String> complaints, boolean readable) {
  public SingleLook {
    versions = List.copyOf(versions);
    complaints = List.copyOf(complaints);
  }

  /**
   * Looks once; may block. What is being copied there counts as it is.
   *
   * @param isModel true of a base path that is no directory of versions, but a version itself
   */
  public static SingleLook at(WatchedModel model, Predicate<Path> isModel) {
    VersionFinder.Look look = new VersionFinder(null, isModel).look(model);
    AspiredVersions wish = look.wish();
    return new SingleLook(
        wish == null ? List.of() : wish.versions(), look.complaints(), wish != null);
  }
}
