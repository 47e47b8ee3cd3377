package dev.sluice.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Within what time answers are wanted; requests that cannot be answered so soon are refused at
 * once.
 *
 * @param common of all models without one of their own; zero: none
 * @param byModel of single models; zero: none
 */
public record LatencyObjectives(Duration common, Map<String, Duration> byModel) {
  private static final String FLAG = "latency_objective_ms";

  private static final String EXPECTED = "milliseconds or MODEL=milliseconds";

  /** Nothing is wanted. */
  public static final LatencyObjectives NONE = new LatencyObjectives(Duration.ZERO, Map.of());

  public LatencyObjectives {
    byModel = Map.copyOf(byModel);
  }

  /** Returns the objective of a model; zero if there is none. */
  public Duration of(String model) {
    return byModel.getOrDefault(model, common);
  }

  /**
   * Reads {@code 50}, {@code bert=200}, or several of them separated by commas; nothing wants
   * nothing.
   *
   * @throws ConfigException if that is no such list; the message names the part
   */
  static LatencyObjectives parse(String value) throws ConfigException {
    if (value.isBlank()) {
      return NONE;
    }
    Duration common = Duration.ZERO;
    Map<String, Duration> byModel = new HashMap<>();
    for (String part : value.split(",", -1)) {
      if (part.isBlank()) {
        throw ConfigException.invalid(
            "--%s=%s: expected %s between commas, found nothing".formatted(FLAG, value, EXPECTED));
      }
      int equals = part.lastIndexOf('=');
      Duration objective = duration(part, part.substring(equals + 1).strip());
      if (equals < 0) {
        common = objective;
      } else {
        byModel.put(part.substring(0, equals).strip(), objective);
      }
    }
    return new LatencyObjectives(common, byModel);
  }

  private static Duration duration(String part, String millis) throws ConfigException {
    double number;
    try {
      number = Double.parseDouble(millis);
    } catch (NumberFormatException e) {
      number = -1;
    }
    if (!(number >= 0 && number <= Integer.MAX_VALUE)) {
      throw ConfigException.invalid(
          "--%s: expected %s, found '%s'".formatted(FLAG, EXPECTED, part));
    }
    return Duration.ofNanos(Math.round(number * 1e6));
  }
}
