package dev.sluice.loadtest.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** One report in all its forms. */
final class ReportsTest {
  private static final Run FEW = Reports.run(new Load.Closed(1), 1000);
  private static final Run MANY =
      Reports.run(
          new Load.Closed(8),
          4000,
          new ErrorCount("HTTP 503", 5, "full"),
          new ErrorCount(ErrorCount.WRONG, 2, "y[0]: 1, and the first answer had 2"));

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(UTF_8)));
  }

  private static String table(Report report) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Table table = new Table(new PrintStream(printed, true, UTF_8), report.about());
    table.head();
    report.runs().forEach(table::row);
    table.notes(report.runs());
    return printed.toString(UTF_8);
  }

  @Test
  void figuresAreDerivedFromTheCounts() {
    assertEquals(2000, MANY.rate());
    assertEquals(5, MANY.errors());
    assertEquals(2, MANY.wrong());
    assertTrue(Reports.of(false, FEW).isGood());
    assertFalse(Reports.of(false, FEW, MANY).isGood(), "wrong answers");
    assertFalse(Reports.of(false, Reports.empty()).isGood(), "no answers");
    assertFalse(Reports.of(false).isGood());
  }

  @Test
  void warnsOfWhatSpoilsTheFigures() {
    Latencies latencies = FEW.latencies();
    Run limited = with(FEW.load(), latencies, new Run.ToolUse(0.96, 1, 0));
    assertTrue(limited.warnings().getFirst().startsWith("the tool itself was the limit"));
    Run late = with(new Load.Open(400), latencies, new Run.ToolUse(0, 1, 30_000_000));
    assertTrue(late.warnings().getFirst().startsWith("the tool sent late"));
    Run slow = with(new Load.Open(1000), latencies, new Run.ToolUse(0, 1, 0));
    assertTrue(slow.warnings().getFirst().startsWith("the server did not keep up"));
    assertEquals(List.of(), FEW.warnings());
  }

  private static Run with(Load load, Latencies latencies, Run.ToolUse tool) {
    return new Run(
        load, 1, 1, FEW.elapsed(), 1000, List.of(), latencies, FEW.server(), tool, false);
  }

  @Test
  void theTableHasARowForEachRunAndSaysWhatFailed() {
    List<String> lines = table(Reports.of(false, FEW, MANY, Reports.empty())).lines().toList();
    assertEquals("a<b>&c, version 3, signature serving_default, REST localhost:8501", lines.get(0));
    assertEquals("closed loop, 2 s after 0.5 s of warm-up", lines.get(1));
    assertEquals("input: one request, 21 bytes; check: same", lines.get(2));
    assertTrue(
        lines.get(4).strip().replaceAll(" +", " ").startsWith("clients req/s p50 ms p90 ms"));
    assertEquals(
        "8 2000 1.000 2.000 40.00 50.00 60.00 5 2 20.5 300 25 %",
        lines.get(6).strip().replaceAll(" +", " "));
    assertEquals("1 0.0 - - - - - 3 0 - - 0 %", lines.get(7).strip().replaceAll(" +", " "));
    assertTrue(lines.contains("with 8: 5 x HTTP 503, the first: full"));
    assertTrue(lines.contains("with 8: 2 x WRONG, the first: y[0]: 1, and the first answer had 2"));
    assertTrue(lines.contains("with 1: interrupted after 2 s"));
  }

  @Test
  void jsonHasSettingsAndRuns() {
    JsonObject json =
        JsonParser.parseString(JsonReport.of(Reports.of(false, MANY, Reports.empty())))
            .getAsJsonObject();
    assertEquals(Set.of("tool", "version", "settings", "runs"), json.keySet());
    assertEquals(
        Set.of(
            "protocol",
            "url",
            "model",
            "model_version",
            "signature",
            "loop",
            "duration_s",
            "warmup_s",
            "deadline_s",
            "check",
            "input"),
        json.getAsJsonObject("settings").keySet());
    JsonObject run = json.getAsJsonArray("runs").get(0).getAsJsonObject();
    assertEquals(
        Set.of(
            "concurrency",
            "connections",
            "threads",
            "elapsed_s",
            "requests",
            "ok",
            "wrong",
            "errors",
            "failures",
            "requests_per_s",
            "latency_ms",
            "server",
            "tool",
            "interrupted",
            "warnings"),
        run.keySet());
    assertEquals(4007, run.get("requests").getAsLong());
    assertEquals(40, run.getAsJsonObject("latency_ms").get("p99").getAsDouble());
    assertEquals(20.5, run.getAsJsonObject("server").get("cpu_us_per_request").getAsDouble());
    assertTrue(json.getAsJsonArray("runs").get(1).getAsJsonObject().get("server").isJsonNull());
  }

  @Test
  void svgIsWellFormedAndHasEveryRun() throws Exception {
    Document plot = parse(SvgPlot.of(Reports.of(false, MANY, FEW, Reports.empty())));
    // Two runs with answers, at p50 and p99, and two in the legend.
    assertEquals(6, plot.getElementsByTagName("circle").getLength());
    assertEquals(2, plot.getElementsByTagName("polyline").getLength());
    assertEquals(
        "1: 500.0 requests/s, p50 1.000 ms",
        plot.getElementsByTagName("title").item(0).getTextContent());
    assertEquals(
        "nothing was measured",
        parse(SvgPlot.of(Reports.of(true))).getElementsByTagName("text").item(2).getTextContent());
  }

  @Test
  void aPlotOfOneRunOrEqualLatenciesIsPossible() throws Exception {
    Run flat =
        with(new Load.Open(500), new Latencies(1, 1, 1000, 1000, 1000, 1000, 1000), FEW.tool());
    assertTrue(parse(SvgPlot.of(Reports.of(true, flat))).hasChildNodes());
    assertFalse(new TextPlot(Reports.of(true, flat)).lines(UTF_8).isEmpty());
  }

  @Test
  void theTextPlotHasWhatTheTerminalCanShow() {
    TextPlot plot = new TextPlot(Reports.of(false, FEW, MANY));
    String rich = String.join("\n", plot.lines(UTF_8));
    assertEquals(3, rich.chars().filter(c -> c == '●').count(), "two runs and the legend");
    String plain = String.join("\n", plot.lines(StandardCharsets.US_ASCII));
    assertTrue(plain.chars().allMatch(c -> c < 128));
    assertEquals(List.of(), new TextPlot(Reports.of(false, Reports.empty())).lines(UTF_8));
  }

  @Test
  void ticksAreRound() {
    PlotScale scale = PlotScale.of(List.of(FEW, MANY));
    assertEquals(new PlotScale(2000, 1, 50), scale);
    assertEquals(List.of(0.0, 500.0, 1000.0, 1500.0, 2000.0), scale.xTicks());
    assertEquals(List.of(1.0, 2.0, 5.0, 10.0, 20.0, 50.0), scale.yTicks());
    assertEquals(0, scale.y(0.1));
    assertEquals(1, scale.y(50), 1e-9);
  }

  @Test
  void progressIsForTerminals() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Progress off = new Progress(new PrintStream(printed, true, UTF_8), false);
    off.begin(new Load.Closed(2), Duration.ofSeconds(1), Duration.ofSeconds(3));
    off.show(Duration.ofSeconds(1), 100);
    off.clear();
    assertEquals(0, printed.size());
    assertEquals(
        "2 clients [============            ]  50 %  measuring, 200/s",
        off.line(Duration.ofSeconds(2), 300));
    assertTrue(off.line(Duration.ofSeconds(5), 300).contains("waiting for the last answers"));
  }
}
