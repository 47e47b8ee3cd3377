package dev.sluice.api.json;

import dev.sluice.servable.ServingException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** Checks the numbers of a document. */
final class NumberSyntax {
  private static final String INVALID = "Invalid value.";
  private static final String TOO_BIG = "Number too big to be stored in double.";

  /** A whole part of this many digits may overflow before an exponent is looked at. */
  private static final int RISKY_DIGITS = 309;

  /** The reference refuses a whole part that reaches this before its last digit. */
  private static final BigDecimal WHOLE_LIMIT = new BigDecimal("1.7976931348623157e307");

  private final byte[] bytes;
  private final int start;
  private final int end;

  NumberSyntax(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** Returns the position behind the number at {@code first}. */
  int end(int first) throws ServingException {
    int whole = first;
    int c = peek(whole);
    if (c == '-') {
      c = peek(++whole);
    }
    int position;
    if (c == '0') {
      position = whole + 1;
    } else if (c >= '1' && c <= '9') {
      position = digits(whole + 1);
    } else {
      return special(whole, c);
    }
    int wholeDigits = position - whole;
    c = peek(position);
    int fraction = 0;
    if (c == '.') {
      int from = position + 1;
      position = digits(from);
      fraction = position - from;
      if (fraction == 0) {
        throw error("Miss fraction part in number.", position);
      }
      c = peek(position);
    }
    if (c == 'e' || c == 'E') {
      return exponent(first, wholeDigits, fraction, position + 1);
    }
    if (wholeDigits >= RISKY_DIGITS) {
      checkSize(first, wholeDigits, position);
    }
    return position;
  }

  private int exponent(int first, int wholeDigits, int fraction, int from) throws ServingException {
    int position = from;
    boolean negative = peek(position) == '-';
    if (negative || peek(position) == '+') {
      position++;
    }
    int digitsEnd = digits(position);
    if (digitsEnd == position) {
      throw error("Miss exponent in number.", position);
    }
    if (!negative) {
      int exponent = boundedValue(position, digitsEnd);
      // The first test also meets 0e400, which the reference refuses without looking at the zero.
      if (exponent - 308L > fraction && digitsEnd - position > 1) {
        throw error(TOO_BIG, first);
      }
      if ((long) exponent + wholeDigits >= RISKY_DIGITS) {
        checkSize(first, wholeDigits, digitsEnd);
      }
    } else if (wholeDigits >= RISKY_DIGITS) {
      checkSize(first, wholeDigits, digitsEnd);
    }
    return digitsEnd;
  }

  /** Returns the value of digits, or a billion if it is more. */
  private int boundedValue(int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = Math.min(10 * value + bytes[i] - '0', 1_000_000_000);
    }
    return (int) value;
  }

  /** The slow and exact check of a number that may be too big. */
  private void checkSize(int first, int wholeDigits, int to) throws ServingException {
    int whole = bytes[first] == '-' ? first + 1 : first;
    boolean tooBig = wholeDigits > RISKY_DIGITS;
    if (wholeDigits == RISKY_DIGITS) {
      tooBig = new BigDecimal(text(whole, whole + RISKY_DIGITS - 1)).compareTo(WHOLE_LIMIT) >= 0;
    }
    if (tooBig || Double.isInfinite(Double.parseDouble(text(first, to)))) {
      throw error(TOO_BIG, first);
    }
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** Checks NaN, Inf and Infinity, the first character of which is at {@code from}. */
  private int special(int from, int first) throws ServingException {
    if (first == 'N') {
      return word(from, "NaN");
    }
    if (first == 'I') {
      int position = word(from, "Inf");
      return peek(position) == 'i' ? word(position, "inity") : position;
    }
    throw error(INVALID, from);
  }

  private int word(int from, String word) throws ServingException {
    for (int i = 1; i < word.length(); i++) {
      if (peek(from + i) != word.charAt(i)) {
        throw error(INVALID, from + i);
      }
    }
    return from + word.length();
  }

  /** Returns the first position from {@code from} on that holds no digit. */
  private int digits(int from) {
    int position = from;
    while (position <= end - 8) {
      int count = Swar.digits(Swar.load(bytes, position));
      position += count;
      if (count < 8) {
        return position;
      }
    }
    while (position < end && bytes[position] >= '0' && bytes[position] <= '9') {
      position++;
    }
    return position;
  }

  private int peek(int position) {
    return position < end ? bytes[position] & 0xFF : 0;
  }

  private ServingException error(String reason, int position) {
    return JsonErrors.syntax(reason, position - start);
  }
}
