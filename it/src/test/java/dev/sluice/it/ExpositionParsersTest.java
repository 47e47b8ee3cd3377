package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.metrics.Exposition;
import dev.sluice.metrics.JvmSampler;
import dev.sluice.metrics.MetricRegistry;
import dev.sluice.metrics.PageFormat;
import dev.sluice.metrics.ProcessSampler;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.VersionMetrics;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages of metrics as others read them: Prometheus itself, and its client for Python. */
class ExpositionParsersTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private final MetricRegistry others = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(others, true);

  private String page(PageFormat format) {
    metrics.serve("m");
    metrics.requests(Api.PREDICT, Entrypoint.REST).succeeded("m", 2_000_000, 1_000_000);
    metrics.requests(Api.PREDICT, Entrypoint.GRPC).failed("odd \\ \"name\"\n", "NOT_FOUND");
    metrics.examples("m", 3);
    VersionMetrics version = metrics.own().of("odd \\ \"name\"\n", 7);
    version.ended("s", metrics.requests(Api.PREDICT, Entrypoint.GRPC), 0, "OK", 123_000_000, TRACE);
    version.ended(
        "s", metrics.requests(Api.PREDICT, Entrypoint.REST), 3, "INVALID_ARGUMENT", 50_000, null);
    version.decoded(1);
    version.waited(30_000_000_000L);
    version.ran("s", 5000, 90_000_000_000L);
    version.countInFlight(() -> 3);
    metrics.own().loaded("m", 7, 5, 6);
    return new Exposition(metrics, others, List.of(new ProcessSampler(), new JvmSampler()))
        .page(format);
  }

  private static long samples(String page) {
    return page.lines().filter(line -> !line.startsWith("#")).count();
  }

  private static String counted(String page, String parser) throws Exception {
    Program.Outcome outcome = python().run(page, "-c", counter(parser));
    assertEquals(0, outcome.status(), outcome.output() + "\n" + page);
    return outcome.output().strip();
  }

  /** Returns a program that prints how many samples and how many exemplars of ours a page has. */
  private static String counter(String parser) {
    return """
        import sys
        from prometheus_client.%s import text_string_to_metric_families
        samples = exemplars = 0
        for family in text_string_to_metric_families(sys.stdin.read()):
            for sample in family.samples:
                samples += 1
                if sample.exemplar and sample.exemplar.labels == {"trace_id": "%s"}:
                    exemplars += 1
                    assert abs(sample.exemplar.value - 0.123) < 1e-9, sample
                    assert 1.7e9 < float(sample.exemplar.timestamp) < 1e11, sample
        print(samples, exemplars)
        """
        .formatted(parser, TRACE);
  }

  /** There may be several on the PATH; a package of Debian is for Debian's. */
  private static Program python() throws Exception {
    for (Program python : Program.all("python3")) {
      if (python.run("", "-c", "import prometheus_client").status() == 0) {
        return python;
      }
    }
    throw Program.missing(
        "no python3 has prometheus_client; the package python3-prometheus-client brings it");
  }

  @Test
  void pythonsClientReadsTheText() throws Exception {
    String page = page(PageFormat.TEXT);
    assertEquals(samples(page) + " 0", counted(page, "parser"));
  }

  @Test
  void pythonsClientReadsOpenMetrics() throws Exception {
    String page = page(PageFormat.OPENMETRICS);
    assertEquals(samples(page) + " 1", counted(page, "openmetrics.parser"));
  }

  @Test
  void prometheusReadsTheTextAndFindsNothingWrongWithOurNames() throws Exception {
    Program promtool = Program.find("promtool", "prometheus");
    Program.Outcome outcome = promtool.run(page(PageFormat.TEXT), "check", "metrics");
    assertTrue(outcome.status() == 0 || outcome.status() == 3, outcome.output());
    List<String> complaints =
        outcome
            .output()
            .lines()
            .filter(line -> !line.startsWith(":") && !line.startsWith("nv_") && !line.isBlank())
            .toList();
    assertEquals(List.of(), complaints);
  }
}
