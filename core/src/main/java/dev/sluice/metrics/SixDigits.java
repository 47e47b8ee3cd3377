package dev.sluice.metrics;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers with six significant digits, as C's {@code %g} prints them. */
final class SixDigits {
  private static final int DIGITS = 6;
  private static final MathContext ROUNDING = new MathContext(DIGITS, RoundingMode.HALF_EVEN);

  private SixDigits() {}

  /** Returns the text of a finite number: {@code 18}, {@code 104.976}, {@code 1.27482e+06}. */
  static String of(double number) {
    if (number == 0) {
      return "0";
    }
    // The exact binary value, so that it rounds as C's library rounds it.
    BigDecimal rounded = new BigDecimal(number).round(ROUNDING);
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < DIGITS) {
      return rounded.stripTrailingZeros().toPlainString();
    }
    BigDecimal mantissa = rounded.movePointLeft(exponent).stripTrailingZeros();
    int size = Math.abs(exponent);
    return mantissa.toPlainString() + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
  }
}
