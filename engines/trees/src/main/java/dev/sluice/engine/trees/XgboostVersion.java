package dev.sluice.engine.trees;

import java.util.Comparator;

/** The version of XGBoost that wrote a file; some values mean another thing in others. */
record XgboostVersion(int major, int minor) implements Comparable<XgboostVersion> {
  private static final Comparator<XgboostVersion> ORDER =
      Comparator.comparingInt(XgboostVersion::major).thenComparingInt(XgboostVersion::minor);

  @Override
  public int compareTo(XgboostVersion other) {
    return ORDER.compare(this, other);
  }
}
