package dev.sluice.health;

import dev.sluice.servable.ServableId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the monitor has found.
 *
 * @param live false if only a new process can help
 * @param troubles why the server is not ready, a line each; empty if it is
 * @param models whether each model that is known or wanted can be used, by name
 * @param wedged versions with a run that does not end
 */
public record HealthReport(
    boolean live, List<String> troubles, Map<String, Boolean> models, Set<ServableId> wedged) {
  /** Nothing has been looked at. */
  static final HealthReport NOTHING = new HealthReport(true, List.of(), Map.of(), Set.of());

  public HealthReport {
    troubles = List.copyOf(troubles);
    models = Map.copyOf(models);
    wedged = Set.copyOf(wedged);
  }

  /** Returns true if nothing speaks against traffic. */
  public boolean isReady() {
    return troubles.isEmpty();
  }
}
