package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitoringConfigTest {
  @TempDir Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("monitoring.config"), text);
  }

  @Test
  void pathIsRead() throws Exception {
    assertEquals(
        new MonitoringConfig(true, "/m"),
        MonitoringConfig.read(file("prometheus_config { enable: true path: \"/m\" }")));
  }

  @Test
  void pathHasADefault() throws Exception {
    assertEquals(
        new MonitoringConfig(true, "/monitoring/prometheus/metrics"),
        MonitoringConfig.read(file("prometheus_config: {\n  enable: true\n}")));
  }

  @Test
  void nothingSaidServesNoMetrics() throws Exception {
    assertEquals(MonitoringConfig.DISABLED, MonitoringConfig.read(file("")));
  }

  @Test
  void unknownKeyIsRefusedWithItsLine() throws IOException {
    Path file = file("prometheus_config {\n  enabled: true }");
    String text = assertThrows(ConfigException.class, () -> MonitoringConfig.read(file)).text();
    assertTrue(text.contains("tensorflow.serving.MonitoringConfig: 2:3"), text);
  }

  @Test
  void pathMustBeAskable() throws IOException {
    Path file = file("prometheus_config { path: \"metrics\" }");
    assertTrue(
        assertThrows(ConfigException.class, () -> MonitoringConfig.read(file))
            .text()
            .contains("begins with /"));
  }
}
