package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What pages look like; that others can read them, an independent parser says (it module). */
class ExpositionTest {
  private static final long MILLI = 1_000_000;

  private final MetricRegistry others = new MetricRegistry();
  private final ServingMetrics metrics = new ServingMetrics(others, false);

  private String page(PageFormat format, Sampler... samplers) {
    return new Exposition(metrics, others, List.of(samplers)).page(format);
  }

  private static List<String> lines(String page, String family) {
    return page.lines()
        .filter(line -> line.startsWith(family) || line.startsWith("# TYPE " + family))
        .toList();
  }

  private void requests() {
    VersionMetrics version = metrics.own().of("m", 3);
    version.ended("s", metrics.requests(Api.PREDICT, Entrypoint.GRPC), 0, "OK", 2 * MILLI, null);
    version.ended("s", metrics.requests(Api.PREDICT, Entrypoint.GRPC), 0, "OK", 100 * MILLI, "abc");
    version.ran("s", 2, MILLI);
    version.ran("s", 3, MILLI);
  }

  @Test
  void histogramsOfTimesAreInSeconds() {
    requests();
    String labels = "model=\"m\",version=\"3\",signature=\"s\"";
    List<String> lines = lines(page(PageFormat.TEXT), "sluice_engine_run_seconds");
    assertEquals("# TYPE sluice_engine_run_seconds histogram", lines.getFirst());
    String bucket = "sluice_engine_run_seconds_bucket{" + labels + ",le=";
    assertTrue(lines.contains(bucket + "\"5e-05\"} 0"), lines::toString);
    assertTrue(lines.contains(bucket + "\"0.0005\"} 0"), lines::toString);
    assertTrue(lines.contains(bucket + "\"0.001\"} 2"), lines::toString);
    assertTrue(lines.contains(bucket + "\"60.0\"} 2"), lines::toString);
    assertEquals(
        List.of(
            bucket + "\"+Inf\"} 2",
            "sluice_engine_run_seconds_sum{" + labels + "} 0.002",
            "sluice_engine_run_seconds_count{" + labels + "} 2"),
        lines.subList(lines.size() - 3, lines.size()));
    assertTrue(
        page(PageFormat.TEXT)
            .contains("sluice_batch_rows_bucket{model=\"m\",version=\"3\",le=\"2.0\"} 1\n"));
  }

  @Test
  void openMetricsHasExemplarsAndItsOwnNamesOfCounters() {
    requests();
    metrics.own().loaded("m", 3, 1500 * MILLI, 77);
    String page = page(PageFormat.OPENMETRICS);
    assertTrue(page.endsWith("\n# EOF\n"), page);
    String exemplar =
        page.lines().filter(line -> line.contains(" # ")).findFirst().orElse("none in " + page);
    assertTrue(
        exemplar.matches(
            "sluice_request_duration_seconds_bucket\\{model=\"m\",version=\"3\",signature=\"s\","
                + "protocol=\"grpc\",api=\"predict\",code=\"OK\",le=\"0.1\"} 2"
                + " # \\{trace_id=\"abc\"} 0.1 \\d{10}\\.\\d{3}"),
        exemplar);
    assertEquals(1, page.lines().filter(line -> line.contains(" # ")).count());
    assertTrue(page.contains("# TYPE sluice_model_loads counter\n"), page);
    assertTrue(page.contains("sluice_model_loads_total{model=\"m\",status=\"success\"} 1\n"), page);
    assertTrue(page.contains("# TYPE :tensorflow:core:graph_runs unknown\n"), page);
    assertTrue(page.contains("sluice_model_load_seconds{model=\"m\",version=\"3\"} 1.5\n"), page);
    assertTrue(page.contains("sluice_model_memory_bytes{model=\"m\",version=\"3\"} 77\n"), page);
  }

  @Test
  void textHasNeither() {
    requests();
    String page = page(PageFormat.TEXT);
    assertFalse(page.contains("trace_id"), page);
    assertFalse(page.contains("# EOF"), page);
    assertTrue(page.contains("# TYPE sluice_model_loads_total counter\n"), page);
    assertTrue(page.contains("# TYPE :tensorflow:core:graph_runs counter\n"), page);
    assertTrue(page.contains(others.page()), "the reference's page is a part of it");
  }

  @Test
  void everyFamilyOfOursHasHelp() {
    String page = page(PageFormat.TEXT, new JvmSampler(), new ProcessSampler());
    for (String line : page.lines().filter(line -> line.startsWith("# TYPE ")).toList()) {
      String name = line.split(" ", -1)[2];
      boolean help = page.contains("# HELP " + name + " ");
      assertEquals(!name.startsWith(":") && !name.startsWith("nv_"), help, name);
    }
  }

  @Test
  void whatSamplersFindIsThere() {
    Sampler sampler =
        () ->
            List.of(
                Sampled.counter("z_total", "Last.", 2.5),
                Sampled.gauge("b", "First.", 1),
                new Sampled(
                    Description.of("c", "Between.", "kind"),
                    Sampled.Kind.SUMMARY,
                    List.of(
                        new Sampled.Sample("_count", List.of("x\"y"), 3),
                        new Sampled.Sample("_sum", List.of("x\"y"), 0.5))));
    String text =
        """
        # HELP b First.
        # TYPE b gauge
        b 1
        # HELP c Between.
        # TYPE c summary
        c_count{kind="x\\"y"} 3
        c_sum{kind="x\\"y"} 0.5
        # HELP z_total Last.
        # TYPE z_total counter
        z_total 2.5
        """;
    assertTrue(page(PageFormat.TEXT, sampler).contains(text), () -> page(PageFormat.TEXT, sampler));
    String open = text.replace("HELP z_total", "HELP z").replace("TYPE z_total", "TYPE z");
    assertTrue(page(PageFormat.OPENMETRICS, sampler).contains(open));
  }
}
