package dev.sluice.loadtest.report;

import java.util.Locale;

/** Figures for people: three or four digits, whatever their size. */
final class Numbers {
  private static final double MILLI = 1e6;

  private Numbers() {}

  static double millis(long nanos) {
    return nanos / MILLI;
  }

  static String short4(double value) {
    double size = Math.abs(value);
    String form = size < 10 ? "%.3f" : size < 100 ? "%.2f" : size < 1000 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, form, value);
  }

  static String short3(double value) {
    double size = Math.abs(value);
    String form = size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, form, value);
  }
}
