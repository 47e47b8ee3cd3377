package dev.sluice.source;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What looks have found so far, and what has been told of it: a source's memory from one turn to
 * the next. Confined to the source's thread.
 */
final class Findings {
  private final Looks looks;
  private final @Nullable Settling settling;
  private final Consumer<String> warnings;
  private final Map<String, String> failures = new HashMap<>();
  private final Set<String> unsettled = new HashSet<>();
  private final Map<String, AspiredVersions> wishes = new HashMap<>();
  private final Map<String, Set<String>> complaints = new HashMap<>();
  private Set<String> reported = Set.of();

  Findings(Looks looks, @Nullable Settling settling, Consumer<String> warnings) {
    this.looks = looks;
    this.settling = settling;
    this.warnings = warnings;
  }

  /** Returns the models of which nothing is wanted only because it is not whole yet. */
  Set<String> unsettled() {
    return Set.copyOf(unsettled);
  }

  /**
   * Looks at models and tells of what is wished.
   *
   * @param lateOnly true if only looks are waited for that began in an earlier turn
   * @return why a model's base path could not be read, by model
   */
  Map<String, String> lookAt(
      List<WatchedModel> current, boolean lateOnly, Consumer<AspiredVersions> target)
      throws InterruptedException {
    Map<String, WatchedModel> byName = new LinkedHashMap<>();
    current.forEach(model -> byName.put(model.name(), model));
    for (String name : reported) {
      if (!byName.containsKey(name)) {
        target.accept(new AspiredVersions(name, List.of()));
      }
    }
    reported = byName.keySet();
    failures.keySet().retainAll(reported);
    unsettled.retainAll(reported);
    wishes.keySet().retainAll(reported);
    complaints.keySet().retainAll(reported);
    if (settling != null) {
      settling.retain(current);
    }
    looks.begin(lateOnly ? List.of() : current);
    for (Looks.Result result = looks.next(); result != null; result = looks.next()) {
      // The configuration may have changed while a look hung.
      if (result.model().equals(byName.get(result.model().name()))) {
        report(result, target);
      }
    }
    Set<WatchedModel> hanging = looks.hanging();
    current.stream().filter(hanging::contains).forEach(this::reportHanging);
    return Map.copyOf(failures);
  }

  private void report(Looks.Result result, Consumer<AspiredVersions> target) {
    String name = result.model().name();
    VersionFinder.Look look = result.look();
    warn(name, look.complaints());
    if (look.unsettled()) {
      unsettled.add(name);
    } else {
      unsettled.remove(name);
    }
    if (look.wish() == null) {
      failures.put(name, look.complaints().getFirst());
    } else {
      failures.remove(name);
      // What was wished before goes on until what is wished now is whole.
      AspiredVersions before = wishes.get(name);
      AspiredVersions wish = look.unsettled() && before != null ? before : look.wish();
      wishes.put(name, wish);
      target.accept(wish);
    }
  }

  private void reportHanging(WatchedModel model) {
    String complaint =
        "Base path %s of servable %s does not answer".formatted(model.basePath(), model.name());
    warn(model.name(), List.of(complaint));
    failures.put(model.name(), complaint);
  }

  private void warn(String model, List<String> now) {
    Set<String> before = complaints.getOrDefault(model, Set.of());
    complaints.put(model, Set.copyOf(now));
    for (String complaint : now) {
      if (!before.contains(complaint)) {
        warnings.accept(complaint);
      }
    }
  }
}
