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
    ModelNumbers millis = ModelNumbers.parse(FLAG, value, EXPECTED, 0, Integer.MAX_VALUE);
    Map<String, Duration> byModel = new HashMap<>();
    millis.byModel().forEach((model, number) -> byModel.put(model, duration(number)));
    return new LatencyObjectives(duration(millis.common().orElse(0)), byModel);
  }

  private static Duration duration(double millis) {
    return Duration.ofNanos(Math.round(millis * 1e6));
  }
}
