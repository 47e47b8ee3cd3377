package dev.sluice.tracing;

/**
 * The header {@code traceparent} of W3C Trace Context: {@code 00-TRACE_ID-PARENT_ID-FLAGS} in
 * lower-case hexadecimal digits.
 *
 * <p>Read by hand, since it is read for each request: nothing is allocated until the request is
 * found to be traced. The other methods are for headers that {@link #flags} has found valid.
 */
final class Traceparent {
  /** What {@link #flags} returns for a header that must be ignored. */
  static final int INVALID = -1;

  /** The bit of the flags that says that the caller records the trace. */
  static final int SAMPLED = 1;

  private static final int VERSION_END = 2;
  private static final int TRACE_ID = 3;
  private static final int TRACE_ID_LOW = 19;
  private static final int TRACE_ID_END = 35;
  private static final int PARENT_ID = 36;
  private static final int PARENT_ID_END = 52;
  private static final int FLAGS = 53;
  private static final int END = 55;

  private static final int FORBIDDEN_VERSION = 0xff;

  private Traceparent() {}

  /** Returns the flags, 0 to 255, or {@link #INVALID}. */
  static int flags(String header) {
    if (header.length() < END || !hasDashes(header)) {
      return INVALID;
    }
    int version = hexByte(header, 0);
    if (version < 0 || version == FORBIDDEN_VERSION || !hasLengthOf(version, header)) {
      return INVALID;
    }
    if (!isId(header, TRACE_ID, TRACE_ID_END) || !isId(header, PARENT_ID, PARENT_ID_END)) {
      return INVALID;
    }
    return hexByte(header, FLAGS);
  }

  private static boolean hasDashes(String header) {
    return header.charAt(VERSION_END) == '-'
        && header.charAt(TRACE_ID_END) == '-'
        && header.charAt(PARENT_ID_END) == '-';
  }

  /** Versions to come may have more, behind another dash. */
  private static boolean hasLengthOf(int version, String header) {
    return header.length() == END || (version > 0 && header.charAt(END) == '-');
  }

  /** An id is not all zeros. */
  private static boolean isId(String header, int from, int to) {
    int bits = 0;
    for (int i = from; i < to; i++) {
      int digit = hexDigit(header.charAt(i));
      if (digit < 0) {
        return false;
      }
      bits |= digit;
    }
    return bits != 0;
  }

  private static int hexByte(String header, int at) {
    int high = hexDigit(header.charAt(at));
    int low = hexDigit(header.charAt(at + 1));
    return high < 0 || low < 0 ? INVALID : (high << 4) | low;
  }

  /** Upper case is not allowed. */
  private static int hexDigit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : INVALID;
  }

  /** Returns the half of the trace's id that sampling by ratio looks at. */
  static long traceIdLow(String header) {
    long low = 0;
    for (int i = TRACE_ID_LOW; i < TRACE_ID_END; i++) {
      low = (low << 4) | hexDigit(header.charAt(i));
    }
    return low;
  }

  static String traceId(String header) {
    return header.substring(TRACE_ID, TRACE_ID_END);
  }

  static String parentId(String header) {
    return header.substring(PARENT_ID, PARENT_ID_END);
  }
}
