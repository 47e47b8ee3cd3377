package dev.sluice.client.status;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.net.URI;
import java.util.OptionalDouble;

/** A server's state for programs: what the table has, all versions, in one line. */
final class StatusJson {
  private StatusJson() {}

  static String of(URI server, Sample sample) {
    JsonObject json = new JsonObject();
    json.addProperty("server", server.toString());
    json.addProperty("name", sample.state().name());
    json.addProperty("ready", sample.state().ready());
    add(json, "uptime_seconds", sample.uptime());
    JsonArray versions = new JsonArray();
    for (VersionState version : sample.state().versions()) {
      JsonObject one = new JsonObject();
      one.addProperty("model", version.model());
      one.addProperty("version", version.version());
      one.addProperty("state", version.state());
      one.addProperty("reason", version.reason());
      one.addProperty("engine", version.engine());
      add(one, "requests_per_second", sample.rate(version));
      add(one, "model_p50_ms", sample.latency(version.model(), StatusText.MEDIAN).millis());
      add(one, "model_p99_ms", sample.latency(version.model(), StatusText.LAST_PERCENT).millis());
      versions.add(one);
    }
    json.add("versions", versions);
    return json.toString();
  }

  private static void add(JsonObject json, String name, OptionalDouble value) {
    if (value.isPresent()) {
      json.addProperty(name, value.getAsDouble());
    }
  }
}
