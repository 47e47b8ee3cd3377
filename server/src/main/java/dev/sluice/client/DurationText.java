package dev.sluice.client;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as load tools write them: {@code 500ms}, {@code 10s}, {@code 2m}; seconds if bare. */
public final class DurationText implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h)?");

  @Override
  public Duration convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "'%s' is no duration; expected one such as 10s or 500ms".formatted(text));
    }
    double number = Double.parseDouble(form.group(1));
    double seconds =
        switch (String.valueOf(form.group(2))) {
          case "ms" -> number / 1000;
          case "m" -> number * 60;
          case "h" -> number * 3600;
          default -> number;
        };
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  /** Returns a duration for people: {@code 500 ms}, {@code 10 s}. */
  public static String of(Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    return seconds < 1
        ? String.format(Locale.ROOT, "%.0f ms", seconds * 1000)
        : String.format(Locale.ROOT, seconds == Math.rint(seconds) ? "%.0f s" : "%.1f s", seconds);
  }
}
