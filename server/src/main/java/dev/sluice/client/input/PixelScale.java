package dev.sluice.client.input;

import dev.sluice.client.tensor.InputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The range of values that a model wants pixels in.
 *
 * @param black what the darkest becomes
 * @param white what the lightest becomes
 */
public record PixelScale(double black, double white) {
  /** As images store them. */
  public static final PixelScale BYTES = new PixelScale(0, 255);

  private static final double LIGHTEST = 255;
  private static final Pattern FORM =
      Pattern.compile("(-?\\d+(?:\\.\\d+)?)\\.\\.(-?\\d+(?:\\.\\d+)?)");

  /** Reads {@code 0..1}, {@code -1..1} or {@code 16..0}. */
  public static PixelScale of(String text) throws InputException {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new InputException(
          "--scale=%s: expected a range such as 0..1 or -1..1".formatted(text));
    }
    return new PixelScale(Double.parseDouble(form.group(1)), Double.parseDouble(form.group(2)));
  }

  /** Returns what a sample of 0 to 255 becomes. */
  double apply(double sample) {
    return equals(BYTES) ? sample : black + sample / LIGHTEST * (white - black);
  }
}
