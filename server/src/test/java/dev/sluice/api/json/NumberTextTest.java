package dev.sluice.api.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NumberTextTest {
  private static final int ROUNDS = 100_000;

  private final JsonSink sink = new JsonSink(0);

  private String text(float value) {
    sink.clear();
    NumberText.write(sink, value);
    return written();
  }

  private String text(double value) {
    sink.clear();
    NumberText.write(sink, value);
    return written();
  }

  private String written() {
    return new String(sink.array(), 0, sink.length(), StandardCharsets.US_ASCII);
  }

  @Test
  void floatsOfTheSpecification() {
    assertEquals("7e+06", text(7000000f));
    assertEquals("123456.0", text(123456f));
    assertEquals("0.25", text(0.25f));
    assertEquals("0.0002", text(0.0002f));
    assertEquals("2e-05", text(0.00002f));
    assertEquals("444446.5", text(444446.5f));
    assertEquals("0.7", text(0.7f));
    assertEquals("3.0", text(3f));
    assertEquals("0.0", text(0f));
    assertEquals("-0.0", text(-0f));
    assertEquals("0.333333343", text(1 / 3f));
    assertEquals("33554432.0", text(33554432f));
    assertEquals("1e+10", text(1e10f));
    assertEquals("3.40282347e+38", text(Float.MAX_VALUE));
    assertEquals("1.4013e-45", text(Float.MIN_VALUE));
  }

  @Test
  void doublesOfTheSpecification() {
    assertEquals("0.7", text(0.7));
    assertEquals("0.66666666666666663", text(2 / 3.0));
    assertEquals("1.7976931348623157e+308", text(Double.MAX_VALUE));
    assertEquals("4.94066e-324", text(Double.MIN_VALUE));
    assertEquals("1e+100", text(1e100));
    assertEquals("-1000000.5", text(-1000000.5));
  }

  @Test
  void whatIsNoNumberIsAWord() {
    assertEquals("NaN", text(Float.NaN));
    assertEquals("Infinity", text(Float.POSITIVE_INFINITY));
    assertEquals("-Infinity", text(Double.NEGATIVE_INFINITY));
    assertEquals("NaN", text(Double.NaN));
  }

  @Test
  void floatsAreWrittenAsBigNumbersSay() {
    Random random = JsonTexts.random("NumberTextTest");
    for (int i = 0; i < ROUNDS; i++) {
      float value =
          switch (random.nextInt(5)) {
            case 0 -> Float.intBitsToFloat(random.nextInt());
            case 1 -> random.nextFloat();
            case 2 -> random.nextInt(4_000_000) - 2_000_000;
            case 3 -> (float) (random.nextInt(2_000_000) * Math.pow(10, random.nextInt(60) - 45));
            default -> (float) Math.pow(10, random.nextInt(84) - 45);
          };
      if (Float.isFinite(value)) {
        String six = general(value, 6);
        String expected = Float.parseFloat(six) == value ? six : general(value, 9);
        assertEquals(pointed(expected), text(value));
      }
    }
  }

  @Test
  void doublesAreWrittenAsBigNumbersSay() {
    Random random = JsonTexts.random("NumberTextTest");
    for (int i = 0; i < ROUNDS; i++) {
      double value =
          switch (random.nextInt(5)) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextDouble();
            case 2 -> random.nextLong() >> random.nextInt(64);
            case 3 -> random.nextInt(2_000_000) / Math.pow(10, random.nextInt(12));
            default -> Math.pow(10, random.nextInt(630) - 322);
          };
      if (Double.isFinite(value)) {
        String six = general(value, 6);
        String expected = Double.parseDouble(six) == value ? six : general(value, 17);
        assertEquals(pointed(expected), text(value));
      }
    }
  }

  private static String pointed(String text) {
    return text.contains(".") || text.contains("e") ? text : text + ".0";
  }

  /** C's %.{precision}g. */
  private static String general(double value, int precision) {
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    if (value == 0) {
      return sign + "0";
    }
    MathContext rounding = new MathContext(precision, RoundingMode.HALF_EVEN);
    BigDecimal rounded = new BigDecimal(Math.abs(value)).round(rounding).stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < precision) {
      return sign + rounded.toPlainString();
    }
    String digits = rounded.unscaledValue().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return sign + digits.charAt(0) + fraction + String.format("e%+03d", exponent);
  }
}
