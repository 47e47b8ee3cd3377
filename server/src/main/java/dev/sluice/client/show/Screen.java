package dev.sluice.client.show;

import java.nio.charset.Charset;

/**
 * Where text is shown.
 *
 * @param width in columns
 * @param rows of a table at most
 * @param ellipsis what marks that something is left out
 */
public record Screen(int width, int rows, String ellipsis) {
  /** Returns the ellipsis that a character set has. */
  public static String ellipsis(Charset charset) {
    String one = "\u2026";
    return charset.canEncode() && charset.newEncoder().canEncode(one) ? one : "...";
  }
}
