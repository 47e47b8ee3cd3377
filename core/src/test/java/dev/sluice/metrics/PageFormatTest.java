package dev.sluice.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PageFormatTest {
  @Test
  void whoAsksForNothingGetsText() {
    assertEquals(PageFormat.TEXT, PageFormat.of(null));
    assertEquals(PageFormat.TEXT, PageFormat.of("*/*"));
    assertEquals(PageFormat.TEXT, PageFormat.of("text/html, application/json;q=0.9"));
    assertEquals(PageFormat.TEXT, PageFormat.of("application/openmetrics-text;q=0"));
    assertEquals(PageFormat.TEXT, PageFormat.of("application/openmetrics-text;q=nothing"));
  }

  @Test
  void prometheusGetsOpenMetrics() {
    assertEquals(PageFormat.OPENMETRICS, PageFormat.of("application/openmetrics-text"));
    assertEquals(
        PageFormat.OPENMETRICS,
        PageFormat.of(
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
                + "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
    assertEquals(
        PageFormat.OPENMETRICS,
        PageFormat.of(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                + "text/plain;version=0.0.4;q=0.3"));
  }

  @Test
  void whoLikesTextBetterGetsIt() {
    assertEquals(
        PageFormat.TEXT,
        PageFormat.of("Text/Plain;version=0.0.4;q=1, application/openmetrics-text;q=0.5"));
  }
}
