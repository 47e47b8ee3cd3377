package dev.sluice.metrics;

/** Numbers as pages of today's conventions have them. */
final class Numbers {
  /** From here on a whole number has no exact place among the doubles. */
  private static final double EXACT = 1L << 53;

  private static final double SMALLEST_PLAIN = 1e-4;

  private Numbers() {}

  /**
   * Returns the text of a bucket's limit, in the form of OpenMetrics' canonical numbers: {@code
   * 1.0}, {@code 0.0005}, {@code 5e-05}. Both forms of the page have it, so that a series is the
   * same whichever is scraped.
   */
  static String canonical(double number) {
    String text = Double.toString(number);
    int exponent = text.indexOf("E-");
    if (exponent < 0 || number < 0) {
      return text;
    }
    String digits = text.substring(0, exponent);
    int size = Integer.parseInt(text.substring(exponent + 2));
    if (number >= SMALLEST_PLAIN) {
      return "0." + "0".repeat(size - 1) + withoutPoint(digits);
    }
    return (digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits)
        + (size < 10 ? "e-0" : "e-")
        + size;
  }

  private static String withoutPoint(String digits) {
    String all = digits.replace(".", "");
    return digits.endsWith(".0") ? all.substring(0, all.length() - 1) : all;
  }

  /** Appends a value: a whole number as such. */
  static void append(StringBuilder out, double value) {
    if (value == Math.rint(value) && Math.abs(value) < EXACT) {
      out.append((long) value);
    } else if (Double.isNaN(value)) {
      out.append("NaN");
    } else if (Double.isInfinite(value)) {
      out.append(value > 0 ? "+Inf" : "-Inf");
    } else {
      out.append(value);
    }
  }
}
