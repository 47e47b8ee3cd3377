package dev.sluice.lifecycle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.ModelVersion;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Learns from loads how much more than their estimates they take. Thread-safe.
 *
 * <p>What the last version of the same model took says most. A model of which nothing is known may
 * take as much more as the last large one on the same platform did; of small ones that is not
 * taken, since what a process does once is more than they are.
 */
final class LoadGrowth {
  /** So that a mistake of measurement keeps no model out for ever. */
  private static final double MOST = 4;

  private static final long LARGE = 64L << 20;
  private static final int MODELS = 4096;

  @GuardedBy("this")
  private final Map<String, Double> byModel = bounded();

  @GuardedBy("this")
  private final Map<String, Double> byPlatform = bounded();

  private static Map<String, Double> bounded() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Double> eldest) {
        return size() > MODELS;
      }
    };
  }

  /** A load that was alone has taken so much. */
  synchronized void learn(ModelVersion version, long estimate, long grown) {
    if (estimate <= 0) {
      return;
    }
    double factor = Math.clamp((double) grown / estimate, 1, MOST);
    byModel.put(version.id().model(), factor);
    if (estimate >= LARGE) {
      byPlatform.put(version.platform(), factor);
    }
  }

  /** Returns how much a version is expected to take. */
  synchronized long needs(ModelVersion version, long estimate) {
    Double known = byModel.get(version.id().model());
    double factor = known == null ? byPlatform.getOrDefault(version.platform(), 1.0) : known;
    return Math.round(estimate * factor);
  }
}
