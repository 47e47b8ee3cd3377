package dev.sluice.metrics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The forms of a page of today's conventions. */
public enum PageFormat {
  /** Prometheus' text format, which every scraper reads. */
  TEXT("text/plain; version=0.0.4; charset=utf-8"),
  /** OpenMetrics 1.0: counters say so by their names, and buckets have exemplars. */
  OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

  private static final String OPENMETRICS_TYPE = "application/openmetrics-text";
  private static final String TEXT_TYPE = "text/plain";

  private final String contentType;

  PageFormat(String contentType) {
    this.contentType = contentType;
  }

  /** Returns the value of the Content-Type header. */
  public String contentType() {
    return contentType;
  }

  /** Returns the form that a scraper wants: OpenMetrics if it likes that as much as text. */
  public static PageFormat of(@Nullable String accept) {
    if (accept == null) {
      return TEXT;
    }
    double openMetrics = quality(accept, OPENMETRICS_TYPE);
    return openMetrics > 0 && openMetrics >= quality(accept, TEXT_TYPE) ? OPENMETRICS : TEXT;
  }

  /** Returns how much a type is liked, 0 to 1; 0 if it is not named. */
  private static double quality(String accept, String type) {
    double best = 0;
    for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = range.split(";", -1);
      if (parts[0].trim().equals(type)) {
        best = Math.max(best, quality(parts));
      }
    }
    return best;
  }

  private static double quality(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].trim();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2));
        } catch (NumberFormatException e) {
          return 0; // what cannot be understood is not wanted
        }
      }
    }
    return 1;
  }
}
