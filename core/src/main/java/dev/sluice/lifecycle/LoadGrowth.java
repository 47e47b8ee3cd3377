package dev.sluice.lifecycle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.servable.ModelVersion;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Learns from loads how much more than their estimates they take. Thread-safe.
 *
 * <p>What the last version of the same model took says most. A model of which nothing is known may
 * take as much more as the last large one on the same platform did; of others that is not taken,
 * since what a process does once, and what requests take meanwhile, may be more than they are. A
 * platform's first load tells nothing: its engine begins with it.
 *
 * <p>What was learned may be wrong, or become so, and only another load would show that. So of a
 * model that it alone keeps out less and less is held to be true.
 */
final class LoadGrowth {
  /** So many looks halve what a model is expected to take beyond its estimate. */
  static final int LOOKS = 60;

  /** So that a mistake of measurement keeps no model out for long. */
  private static final double MOST = 4;

  /** Less is nothing. */
  private static final double LEAST = 1.05;

  private static final long LARGE = 512L << 20;
  private static final int MODELS = 4096;

  /**
   * What is known of a model.
   *
   * @param looks how often it was kept out by the factor alone since that is so large
   */
  private record Known(double factor, int looks) {}

  @GuardedBy("this")
  private final Map<String, Known> byModel =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MODELS;
        }
      };

  /** Of platforms on which something has been loaded; there are few. */
  @GuardedBy("this")
  private final Map<String, Double> byPlatform = new HashMap<>();

  /** A load has succeeded that was not alone. */
  synchronized void loaded(ModelVersion version) {
    byPlatform.putIfAbsent(version.platform(), 1.0);
  }

  /** A load that was alone has taken so much. */
  synchronized void learn(ModelVersion version, long estimate, long grown) {
    boolean first = byPlatform.putIfAbsent(version.platform(), 1.0) == null;
    if (first || estimate <= 0) {
      return;
    }
    double factor = Math.clamp((double) grown / estimate, 1, MOST);
    byModel.put(version.id().model(), new Known(factor, 0));
    if (estimate >= LARGE) {
      byPlatform.put(version.platform(), factor);
    }
  }

  /** Returns how much a version is expected to take. */
  synchronized long needs(ModelVersion version, long estimate) {
    return Math.round(estimate * known(version).factor);
  }

  /** There was memory for the estimate of a version, but not for what it is expected to take. */
  synchronized void keptOut(ModelVersion version) {
    Known known = known(version);
    Known now = new Known(known.factor, known.looks + 1);
    if (now.looks >= LOOKS) {
      double half = 1 + (known.factor - 1) / 2;
      now = new Known(half < LEAST ? 1 : half, 0);
    }
    byModel.put(version.id().model(), now);
  }

  @GuardedBy("this")
  private Known known(ModelVersion version) {
    Known known = byModel.get(version.id().model());
    return known == null ? new Known(byPlatform.getOrDefault(version.platform(), 1.0), 0) : known;
  }
}
