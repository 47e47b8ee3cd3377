package dev.sluice.loadtest.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.time.Duration;

/** The report as one JSON object; docs/benchmark.md describes it. */
public final class JsonReport {
  private static final double NANOS = 1e9;

  private JsonReport() {}

  /** Returns the report's text. */
  public static String of(Report report) {
    JsonObject json = new JsonObject();
    json.addProperty("tool", "sluice bench");
    json.addProperty("version", report.about().toolVersion());
    json.add("settings", settings(report.about()));
    JsonArray runs = new JsonArray();
    report.runs().forEach(run -> runs.add(run(run)));
    json.add("runs", runs);
    return new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(json);
  }

  private static JsonObject settings(About about) {
    JsonObject json = new JsonObject();
    json.addProperty("protocol", about.protocol());
    json.addProperty("url", about.url());
    json.addProperty("model", about.model());
    json.add(
        "model_version",
        about.version().isPresent()
            ? new JsonPrimitive(about.version().getAsLong())
            : JsonNull.INSTANCE);
    json.addProperty("signature", about.signature());
    json.addProperty("loop", about.open() ? "open" : "closed");
    json.addProperty("duration_s", seconds(about.duration()));
    json.addProperty("warmup_s", seconds(about.warmup()));
    json.add(
        "deadline_s",
        about
            .deadline()
            .<JsonElement>map(deadline -> new JsonPrimitive(seconds(deadline)))
            .orElse(JsonNull.INSTANCE));
    json.addProperty("check", about.check());
    json.add("input", input(about.input()));
    return json;
  }

  private static JsonObject input(About.Input input) {
    JsonObject json = new JsonObject();
    json.addProperty("source", input.file().isPresent() ? "file" : "signature");
    json.addProperty("file", input.file().orElse(null));
    json.addProperty("requests", input.requests());
    json.add(
        "batch",
        input.batch().isPresent()
            ? new JsonPrimitive(input.batch().getAsInt())
            : JsonNull.INSTANCE);
    json.add(
        "seed",
        input.seed().isPresent() ? new JsonPrimitive(input.seed().getAsLong()) : JsonNull.INSTANCE);
    json.addProperty("bytes", input.bytes());
    return json;
  }

  private static JsonObject run(Run run) {
    JsonObject json = new JsonObject();
    switch (run.load()) {
      case Load.Closed(int clients) -> json.addProperty("concurrency", clients);
      case Load.Open(double rate) -> json.addProperty("rate", rate);
    }
    json.addProperty("connections", run.connections());
    json.addProperty("threads", run.threads());
    json.addProperty("elapsed_s", seconds(run.elapsed()));
    json.addProperty("requests", run.right() + run.wrong() + run.errors());
    json.addProperty("ok", run.right());
    json.addProperty("wrong", run.wrong());
    json.addProperty("errors", run.errors());
    json.add("failures", failures(run));
    json.addProperty("requests_per_s", run.rate());
    json.add("latency_ms", latencies(run.latencies()));
    json.add("server", run.server().<JsonElement>map(JsonReport::server).orElse(JsonNull.INSTANCE));
    json.add("tool", tool(run.tool()));
    json.addProperty("interrupted", run.interrupted());
    JsonArray warnings = new JsonArray();
    run.warnings().forEach(warnings::add);
    json.add("warnings", warnings);
    return json;
  }

  private static JsonArray failures(Run run) {
    JsonArray failures = new JsonArray();
    for (ErrorCount failure : run.failures()) {
      JsonObject json = new JsonObject();
      json.addProperty("code", failure.code());
      json.addProperty("count", failure.count());
      json.addProperty("example", failure.example());
      failures.add(json);
    }
    return failures;
  }

  private static JsonObject latencies(Latencies latencies) {
    JsonObject json = new JsonObject();
    json.addProperty("count", latencies.count());
    json.addProperty("mean", latencies.mean() / 1e6);
    json.addProperty("p50", Numbers.millis(latencies.p50()));
    json.addProperty("p90", Numbers.millis(latencies.p90()));
    json.addProperty("p99", Numbers.millis(latencies.p99()));
    json.addProperty("p99.9", Numbers.millis(latencies.p999()));
    json.addProperty("max", Numbers.millis(latencies.max()));
    return json;
  }

  private static JsonObject server(Run.ServerUse use) {
    JsonObject json = new JsonObject();
    json.addProperty("cpu_us_per_request", use.cpuMicrosPerRequest());
    json.addProperty("cores", use.cores());
    json.addProperty("rss_bytes", use.residentBytes());
    return json;
  }

  private static JsonObject tool(Run.ToolUse use) {
    JsonObject json = new JsonObject();
    json.addProperty("cores", use.cores());
    json.addProperty("cores_usable", use.usable());
    json.addProperty("was_limit", use.isLimit());
    json.addProperty("send_delay_p99_ms", Numbers.millis(use.delay99Nanos()));
    return json;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / NANOS;
  }
}
