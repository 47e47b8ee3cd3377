package dev.sluice.client.status;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a page of metrics says of requests, in Prometheus' text format: answered requests of each
 * version since the start, and how many requests of each model took at most how long.
 */
final class Measures {
  /** Nothing is known. */
  static final Measures NONE = new Measures(Map.of(), Map.of(), OptionalDouble.empty());

  private static final Pattern LINE =
      Pattern.compile("([:\\w]+)(?:\\{(.*)})? +([-+.eE\\dInfNa]+)(?: \\d+)?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private static final String ANSWERED = "nv_inference_request_success";
  private static final String FAILED = "nv_inference_request_failure";
  private static final String LATENCY = ":tensorflow:serving:request_latency_bucket";
  private static final String STARTED = "process_start_time_seconds";

  private final Map<String, Double> requests;
  private final Map<String, NavigableMap<Double, Double>> latencies;
  private final OptionalDouble started;

  private Measures(
      Map<String, Double> requests,
      Map<String, NavigableMap<Double, Double>> latencies,
      OptionalDouble started) {
    this.requests = requests;
    this.latencies = latencies;
    this.started = started;
  }

  /** Reads a page; what is not known on it is left alone. */
  static Measures of(String page) {
    Map<String, Double> requests = new HashMap<>();
    Map<String, NavigableMap<Double, Double>> latencies = new HashMap<>();
    OptionalDouble started = OptionalDouble.empty();
    for (String text : page.split("\n", -1)) {
      Matcher line = LINE.matcher(text.strip());
      if (text.startsWith("#") || !line.matches()) {
        continue;
      }
      Map<String, String> labels = labels(line.group(2));
      double value = number(line.group(3));
      switch (line.group(1)) {
        case ANSWERED, FAILED ->
            requests.merge(
                key(labels.getOrDefault("model", ""), labels.getOrDefault("version", "")),
                value,
                Double::sum);
        case LATENCY ->
            latencies
                .computeIfAbsent(labels.getOrDefault("model_name", ""), _ -> new TreeMap<>())
                .merge(number(labels.getOrDefault("le", "")), value, Double::sum);
        case STARTED -> started = OptionalDouble.of(value);
        default -> {
          // Not ours.
        }
      }
    }
    return new Measures(requests, latencies, started);
  }

  private static Map<String, String> labels(@Nullable String text) {
    Map<String, String> labels = new HashMap<>();
    Matcher label = LABEL.matcher(text == null ? "" : text);
    while (label.find()) {
      labels.put(label.group(1), label.group(2).replaceAll("\\\\(.)", "$1"));
    }
    return labels;
  }

  private static double number(String text) {
    try {
      return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static String key(String model, String version) {
    return model + "\n" + version;
  }

  /** Returns when the server's process was started, in seconds since 1970, if the page says so. */
  OptionalDouble started() {
    return started;
  }

  /** Returns how many requests of a version have been answered; empty if nobody counts. */
  OptionalDouble requests(String model, String version) {
    Double count = requests.get(key(model, version));
    return count == null ? OptionalDouble.empty() : OptionalDouble.of(count);
  }

  /** Returns a model's requests since other measures were taken; all if there were none. */
  NavigableMap<Double, Double> latenciesSince(Measures before, String model) {
    NavigableMap<Double, Double> since = new TreeMap<>();
    NavigableMap<Double, Double> then = before.latencies.getOrDefault(model, new TreeMap<>());
    latencies
        .getOrDefault(model, new TreeMap<>())
        .forEach((limit, count) -> since.put(limit, count - then.getOrDefault(limit, 0.0)));
    return since;
  }

  /**
   * Returns the time that a part of the requests took at most, in the unit of the limits; empty if
   * there were none.
   *
   * @param cumulative how many requests were below each limit
   */
  static OptionalDouble quantile(NavigableMap<Double, Double> cumulative, double part) {
    Map.Entry<Double, Double> last = cumulative.lastEntry();
    double total = last == null ? 0 : last.getValue();
    if (!(total > 0)) {
      return OptionalDouble.empty();
    }
    double wanted = part * total;
    double lower = 0;
    double below = 0;
    for (Map.Entry<Double, Double> bucket : cumulative.entrySet()) {
      if (bucket.getValue() >= wanted) {
        double inside = bucket.getValue() - below;
        return OptionalDouble.of(
            bucket.getKey().isInfinite() || inside <= 0
                ? lower
                : lower + (bucket.getKey() - lower) * (wanted - below) / inside);
      }
      lower = bucket.getKey();
      below = bucket.getValue();
    }
    return OptionalDouble.of(lower);
  }
}
