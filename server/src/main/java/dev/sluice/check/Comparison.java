package dev.sluice.check;

import dev.sluice.client.status.ServerState;
import dev.sluice.client.status.VersionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a running server would do to come to a plan. */
public final class Comparison {
  private Comparison() {}

  /** What would become of a version. */
  public enum Step {
    /** It is not there yet. */
    LOAD("+"),
    /** It is there, and nothing happens. */
    KEEP("="),
    /** It is there under another engine. */
    CHANGE("~"),
    /** It is there, and not in the plan. */
    UNLOAD("-");

    private final String sign;

    Step(String sign) {
      this.sign = sign;
    }

    /** Returns how lists of differences mark it. */
    String sign() {
      return sign;
    }
  }

  /**
   * A version and what would become of it.
   *
   * @param detail for people; may be empty
   */
  public record Change(Step step, String model, String version, String detail) {}

  /**
   * Returns what would become of all versions, by model; a version that failed to load is absent.
   *
   * @param engines the names of engines by the platforms that servers tell instead
   */
  public static List<Change> of(
      List<PlannedModel> plan, ServerState running, Map<String, String> engines) {
    Map<String, Map<String, VersionState>> there = new TreeMap<>();
    for (VersionState version : running.versions()) {
      if (version.isWanted()) {
        there
            .computeIfAbsent(version.model(), _ -> new TreeMap<>())
            .put(version.version(), version);
      }
    }
    Map<String, List<Change>> byModel = new TreeMap<>();
    for (PlannedModel model : plan) {
      Map<String, VersionState> left = there.computeIfAbsent(model.name(), _ -> new HashMap<>());
      List<Change> changes = byModel.computeIfAbsent(model.name(), _ -> new ArrayList<>());
      for (PlannedModel.Version version : model.versions()) {
        String number = Long.toString(version.number());
        changes.add(change(model.name(), number, version, left.remove(number), engines));
      }
    }
    there.forEach(
        (model, versions) ->
            versions
                .keySet()
                .forEach(
                    version ->
                        byModel
                            .computeIfAbsent(model, _ -> new ArrayList<>())
                            .add(new Change(Step.UNLOAD, model, version, ""))));
    return byModel.values().stream().flatMap(List::stream).toList();
  }

  private static Change change(
      String model,
      String number,
      PlannedModel.Version planned,
      @Nullable VersionState running,
      Map<String, String> engines) {
    if (running == null) {
      return new Change(
          Step.LOAD, model, number, planned.isLoadable() ? planned.engine() : "will fail");
    }
    String engine = engines.getOrDefault(running.engine(), running.engine());
    boolean sameEngine =
        engine.isEmpty() || !planned.isLoadable() || engine.equals(planned.engine());
    return sameEngine
        ? new Change(Step.KEEP, model, number, "")
        : new Change(Step.CHANGE, model, number, "%s, now %s".formatted(planned.engine(), engine));
  }
}
