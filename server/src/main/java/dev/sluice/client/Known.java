package dev.sluice.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server tells of the models that it has, for who asked in vain. */
final class Known {
  /** The API has no list of models, but the metrics name those that answered. */
  static final String METRICS = "/monitoring/prometheus/metrics";

  private static final Pattern MODEL =
      Pattern.compile("request_count\\{model_name=\"([^\"\\\\]+)\",status=\"OK\"");

  private Known() {}

  /** Returns a sentence about a model's versions; empty if the answer is no status. */
  static String versions(String status) {
    List<String> versions = new ArrayList<>();
    try {
      if (JsonParser.parseString(status) instanceof JsonObject body
          && body.get("model_version_status") instanceof JsonArray list) {
        for (JsonElement version : list) {
          versions.add(
              text(version.getAsJsonObject(), "version")
                  + " is "
                  + text(version.getAsJsonObject(), "state"));
        }
      }
    } catch (JsonParseException | IllegalStateException e) {
      return "";
    }
    return versions.isEmpty() ? "" : "Of its versions, " + String.join(", ", versions) + ".";
  }

  private static String text(JsonObject object, String member) {
    JsonElement value = object.get(member);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : "?";
  }

  /** Returns a sentence about the models that the metrics name; empty if they name none. */
  static String models(HttpResponse<String> metrics) {
    Set<String> names = new TreeSet<>();
    if (metrics.statusCode() == 200) {
      Matcher name = MODEL.matcher(metrics.body());
      while (name.find()) {
        names.add(name.group(1));
      }
    }
    return names.isEmpty() ? "" : "It has answered for " + String.join(", ", names) + ".";
  }
}
