package dev.sluice.engine.trees;

import java.util.Map;
import java.util.TreeSet;

/**
 * What an objective of XGBoost means for predictions.
 *
 * @param link makes predictions of scores
 * @param intercept makes the score to begin with out of the file's base_score, which is a
 *     prediction
 */
record XgboostObjective(XgboostLink link, Intercept intercept) {
  /** The version of XGBoost since which binary:logitraw takes base_score for a score. */
  private static final XgboostVersion RAW_INTERCEPT_VERSION = new XgboostVersion(1, 3);

  /** The version of XGBoost since which quantiles do not cross. */
  private static final XgboostVersion SORTED_QUANTILES_VERSION = new XgboostVersion(3, 4);

  /** The inverse of a link, for intercepts. */
  enum Intercept {
    AS_IS,
    LOGIT,
    LOGARITHM;

    /** XGBoost since 3.2 takes 0 and 1 for this much more and less; before, it refused them. */
    private static final float MARGIN = 1e-6f;

    /** Returns the score; NaN or an infinity if there is none for it. */
    float score(float base) {
      return switch (this) {
        case AS_IS -> base;
        case LOGIT -> base < 0 || base > 1 ? Float.NaN : logit(base);
        case LOGARITHM -> (float) Math.log(base);
      };
    }

    private static float logit(float base) {
      float probability = Math.clamp(base, MARGIN, 1 - MARGIN);
      return -(float) Math.log(1.0f / probability - 1.0f);
    }
  }

  private static final XgboostObjective PLAIN = with(XgboostLink.IDENTITY, Intercept.AS_IS);
  private static final XgboostObjective LOGISTIC = with(XgboostLink.SIGMOID, Intercept.LOGIT);
  private static final XgboostObjective LOG_LINK =
      with(XgboostLink.EXPONENTIAL, Intercept.LOGARITHM);

  private static final Map<String, XgboostObjective> BY_NAME =
      Map.ofEntries(
          Map.entry("reg:squarederror", PLAIN),
          Map.entry("reg:linear", PLAIN),
          Map.entry("reg:squaredlogerror", PLAIN),
          Map.entry("reg:pseudohubererror", PLAIN),
          Map.entry("reg:absoluteerror", PLAIN),
          Map.entry("reg:quantileerror", PLAIN),
          Map.entry("rank:pairwise", PLAIN),
          Map.entry("rank:ndcg", PLAIN),
          Map.entry("rank:map", PLAIN),
          Map.entry("binary:logitraw", PLAIN),
          Map.entry("binary:logistic", LOGISTIC),
          Map.entry("reg:logistic", LOGISTIC),
          Map.entry("binary:hinge", with(XgboostLink.HINGE, Intercept.AS_IS)),
          Map.entry("count:poisson", LOG_LINK),
          Map.entry("reg:gamma", LOG_LINK),
          Map.entry("reg:tweedie", LOG_LINK),
          Map.entry("survival:cox", LOG_LINK),
          Map.entry("survival:aft", LOG_LINK),
          Map.entry("multi:softprob", with(XgboostLink.SOFTMAX, Intercept.AS_IS)),
          Map.entry("multi:softmax", with(XgboostLink.GREATEST, Intercept.AS_IS)));

  private static XgboostObjective with(XgboostLink link, Intercept intercept) {
    return new XgboostObjective(link, intercept);
  }

  /**
   * Returns the objective of a name as the version of XGBoost that wrote the file understood it.
   */
  static XgboostObjective of(String name, XgboostVersion version) throws ModelFormatException {
    XgboostObjective known = BY_NAME.get(name);
    if (known == null) {
      throw new ModelFormatException(
          "objective %s is not supported; expected one of %s"
              .formatted(name, new TreeSet<>(BY_NAME.keySet())));
    }
    if (name.equals("binary:logitraw") && version.compareTo(RAW_INTERCEPT_VERSION) < 0) {
      return with(known.link, Intercept.LOGIT);
    }
    if (name.equals("reg:quantileerror") && version.compareTo(SORTED_QUANTILES_VERSION) >= 0) {
      return with(XgboostLink.ASCENDING, known.intercept);
    }
    return known;
  }

  /** Returns true if a row has a score for each of several classes. */
  boolean needsClasses() {
    return link == XgboostLink.SOFTMAX || link == XgboostLink.GREATEST;
  }
}
