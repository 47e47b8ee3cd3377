package dev.sluice.health;

import java.time.Duration;
import java.util.Map;

/**
 * How long a run may take, whatever is known of its like.
 *
 * @param common of all models without a bound of their own; zero: no run is ever too long
 * @param byModel of single models; zero: none of its runs is
 */
public record WedgeBounds(Duration common, Map<String, Duration> byModel) {
  /** Less than the five seconds within which readiness should tell, by several looks. */
  public static final WedgeBounds DEFAULT = new WedgeBounds(Duration.ofSeconds(4), Map.of());

  public WedgeBounds {
    byModel = Map.copyOf(byModel);
  }

  /** Returns the bound for runs of a model; zero if there is none. */
  Duration of(String model) {
    return byModel.getOrDefault(model, common);
  }
}
