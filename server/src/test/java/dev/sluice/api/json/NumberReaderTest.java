package dev.sluice.api.json;

import static dev.sluice.api.json.JsonTexts.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class NumberReaderTest {
  private static final int ROUNDS = 100_000;

  private static double readDouble(String literal) {
    NumberReader reader = new NumberReader(utf8(literal + ","), 0);
    double value = reader.readDouble();
    assertEquals(literal.length(), reader.position, literal);
    return value;
  }

  private static float readFloat(String literal) {
    NumberReader reader = new NumberReader(utf8(literal + "]"), 0);
    float value = reader.readFloat();
    assertEquals(literal.length(), reader.position, literal);
    return value;
  }

  @Test
  void readsExactlyWhatTheLibraryReads() {
    compareWithTheLibrary(ROUNDS);
  }

  @Test
  @Tag("slow")
  void readsTenMillionNumbersExactly() {
    compareWithTheLibrary(10_000_000);
  }

  private static void compareWithTheLibrary(int rounds) {
    Random random = JsonTexts.random("NumberReaderTest");
    for (int i = 0; i < rounds; i++) {
      String literal = literal(random);
      double expected = Double.parseDouble(literal);
      if (Math.abs(expected) < Double.MIN_NORMAL) {
        expected = literal.equals("-0") ? 0 : Math.copySign(0, expected);
      }
      // How far the array goes on behind the literal decides which loop reads the last digits.
      byte[] bytes = Arrays.copyOf(utf8(literal + ","), literal.length() + 1 + random.nextInt(12));
      assertEquals(bits(expected), bits(new NumberReader(bytes, 0).readDouble()), literal);
      assertEquals(
          Float.floatToRawIntBits((float) expected),
          Float.floatToRawIntBits(new NumberReader(bytes, 0).readFloat()),
          literal);
    }
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static String literal(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> Double.toString(random.nextGaussian());
      case 1 -> finite(Double.longBitsToDouble(random.nextLong()));
      case 2 -> new BigInteger(random.nextInt(90), random).toString();
      case 3 -> betweenFloats(random);
      case 4 -> betweenDoubles(random);
      default -> anyDigits(random);
    };
  }

  private static String finite(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "-0";
  }

  /** Returns something at or next to the middle of two floats. */
  private static String betweenFloats(Random random) {
    float low = Float.intBitsToFloat(random.nextInt(0x7F000000));
    BigDecimal middle = new BigDecimal(((double) low + Math.nextUp(low)) / 2);
    return middle.round(new MathContext(5 + random.nextInt(40))).toString();
  }

  /** Returns something at or next to the middle of two doubles. */
  private static String betweenDoubles(Random random) {
    double low = Double.longBitsToDouble(random.nextLong(0x7FE0000000000000L));
    BigDecimal sum = new BigDecimal(low).add(new BigDecimal(Math.nextUp(low)));
    BigDecimal middle = sum.divide(BigDecimal.TWO);
    return middle.round(new MathContext(15 + random.nextInt(40))).toString();
  }

  private static String anyDigits(Random random) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
    text.append(random.nextInt(10));
    if (text.charAt(text.length() - 1) != '0') {
      digits(text, random, random.nextInt(24));
    }
    if (random.nextBoolean()) {
      text.append('.').append("0".repeat(random.nextInt(4) == 0 ? random.nextInt(30) : 0));
      digits(text, random, 1 + random.nextInt(24));
    }
    if (random.nextInt(3) == 0) {
      text.append(random.nextBoolean() ? "e" : "E+").append(random.nextInt(280));
    } else if (random.nextInt(3) == 0) {
      text.append("e-").append(random.nextInt(360));
    }
    return text.toString();
  }

  private static void digits(StringBuilder text, Random random, int count) {
    for (int i = 0; i < count; i++) {
      text.append(random.nextInt(10));
    }
  }

  @Test
  void wordsAreNumbers() {
    assertTrue(Double.isNaN(readDouble("NaN")));
    assertTrue(Float.isNaN(readFloat("-NaN")));
    assertEquals(Double.POSITIVE_INFINITY, readDouble("Infinity"));
    assertEquals(Float.NEGATIVE_INFINITY, readFloat("-Inf"));
  }

  @Test
  void zerosKeepTheirSignUnlessWhole() {
    assertEquals(bits(0.0), bits(readDouble("-0")));
    assertEquals(bits(-0.0), bits(readDouble("-0.0")));
    assertEquals(bits(-0.0), bits(readDouble("-0e5")));
    assertEquals(0, Float.floatToRawIntBits(readFloat("-0")));
  }

  @Test
  void belowTheNormalRangeIsZero() {
    assertEquals(bits(0.0), bits(readDouble("1e-320")));
    assertEquals(bits(-0.0), bits(readDouble("-2.2250738585072009e-308")));
    assertEquals(Double.MIN_NORMAL, readDouble("2.2250738585072014e-308"));
    assertEquals(bits(0.0), bits(readDouble("1e-99999999999999999999")));
  }

  @Test
  void floatsAreCastDoubles() {
    assertEquals(Float.POSITIVE_INFINITY, readFloat("3.5e38"));
    assertEquals(0f, readFloat("1e-50"));
    assertEquals(Float.MIN_VALUE, readFloat("1.4e-45"));
    // Rounded once this is the upper float; by way of the nearest double it is a tie, and even.
    assertEquals(1.0f, readFloat("1.00000005960464477540"));
  }

  private static void assertRange(
      Predicate<NumberReader> read, String least, String most, String... others) {
    for (String literal : new String[] {least, most}) {
      NumberReader reader = new NumberReader(utf8(literal + "}"), 0);
      assertTrue(read.test(reader), literal);
      assertEquals(new BigInteger(literal).longValue(), reader.integer);
      assertEquals(literal.length(), reader.position);
    }
    for (String literal : others) {
      assertFalse(read.test(new NumberReader(utf8(literal + "}"), 0)), literal);
    }
    for (String literal : new String[] {"1.0", "1e3", "1E3", "NaN", "-Inf", "true", "\"1\""}) {
      assertFalse(read.test(new NumberReader(utf8(literal + "}"), 0)), literal);
    }
  }

  @Test
  void wholeNumbersHaveRanges() {
    String int64 = "9223372036854775807";
    assertRange(NumberReader::readInt32, "-2147483648", "2147483647", "2147483648", "-2147483649");
    assertRange(NumberReader::readUint32, "-0", "4294967295", "4294967296", "-1");
    assertRange(
        NumberReader::readInt64,
        "-9223372036854775808",
        int64,
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "-18446744073709551615",
        "18446744073709551616");
    assertRange(
        NumberReader::readUint64,
        "0",
        "18446744073709551615",
        "18446744073709551616",
        "28446744073709551615",
        "100000000000000000000",
        "36893488147419103233",
        "-1",
        "-" + int64);
  }
}
