package dev.sluice.config;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A number for all models, and numbers for some: the value of a flag.
 *
 * @param common of the models without one of their own, if it is said
 * @param byModel of single models
 */
record ModelNumbers(OptionalDouble common, Map<String, Double> byModel) {
  ModelNumbers {
    byModel = Map.copyOf(byModel);
  }

  /**
   * Reads {@code 50}, {@code bert=200}, or several of them separated by commas; nothing says
   * nothing.
   *
   * @param expected what a part should be, for messages
   * @throws ConfigException if that is no such list, or a number is out of bounds; the message
   *     names the part
   */
  static ModelNumbers parse(String flag, String value, String expected, double least, double most)
      throws ConfigException {
    OptionalDouble common = OptionalDouble.empty();
    Map<String, Double> byModel = new HashMap<>();
    for (String part : value.isBlank() ? new String[0] : value.split(",", -1)) {
      if (part.isBlank()) {
        throw ConfigException.invalid(
            "--%s=%s: expected %s between commas, found nothing".formatted(flag, value, expected));
      }
      int equals = part.lastIndexOf('=');
      double number = number(part.substring(equals + 1).strip());
      if (!(number >= least && number <= most)) {
        throw ConfigException.invalid(
            "--%s: expected %s, found '%s'".formatted(flag, expected, part));
      }
      if (equals < 0) {
        common = OptionalDouble.of(number);
      } else {
        byModel.put(part.substring(0, equals).strip(), number);
      }
    }
    return new ModelNumbers(common, byModel);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
