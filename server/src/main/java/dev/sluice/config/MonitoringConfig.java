package dev.sluice.config;

import java.nio.file.Path;

/**
 * Whether and where metrics are served on the HTTP port (config.md §6).
 *
 * @param enabled false serves none
 * @param path begins with a slash
 */
public record MonitoringConfig(boolean enabled, String path) {
  /** Where metrics are if the file does not say. */
  public static final String DEFAULT_PATH = "/monitoring/prometheus/metrics";

  /** No metrics, as without a file. */
  public static final MonitoringConfig DISABLED = new MonitoringConfig(false, DEFAULT_PATH);

  /**
   * Reads a MonitoringConfig in text format.
   *
   * @throws ConfigException if the file is missing or no such message, or names a path that cannot
   *     be asked for
   */
  static MonitoringConfig read(Path file) throws ConfigException {
    var message = dev.sluice.protos.serving.MonitoringConfig.newBuilder();
    TextProtoFile.read(file, message);
    var prometheus = message.getPrometheusConfig();
    String path = prometheus.getPath().isEmpty() ? DEFAULT_PATH : prometheus.getPath();
    if (!path.startsWith("/")) {
      throw ConfigException.invalid(
          "%s: prometheus_config.path is %s; expected a path that begins with /"
              .formatted(file, path));
    }
    return new MonitoringConfig(prometheus.getEnable(), path);
  }
}
