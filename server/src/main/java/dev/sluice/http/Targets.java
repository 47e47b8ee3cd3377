package dev.sluice.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Percent-encoding in request targets. */
public final class Targets {
  private Targets() {}

  /** Returns true if a percent sign is not followed by two hexadecimal digits. */
  public static boolean hasMalformedEscape(String target) {
    for (int i = target.indexOf('%'); i >= 0; i = target.indexOf('%', i + 3)) {
      if (i + 2 >= target.length()
          || Character.digit(target.charAt(i + 1), 16) < 0
          || Character.digit(target.charAt(i + 2), 16) < 0) {
        return true;
      }
    }
    return false;
  }

  /** Percent-decodes a part of a target that has no malformed escape; {@code +} stays. */
  public static String decoded(String part) {
    return part.indexOf('%') < 0
        ? part
        : URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
