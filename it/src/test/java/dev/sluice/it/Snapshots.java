package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compares what was seen of models' versions with what was recorded of the reference. */
final class Snapshots {
  private Snapshots() {}

  /** Returns a snapshot in short, such as {@code m[2 END OUT_OF_RANGE, 1 AVAILABLE] 1}. */
  static String summary(JsonObject snapshot) {
    List<String> models = new ArrayList<>();
    for (Map.Entry<String, JsonElement> model : snapshot.entrySet()) {
      JsonObject seen = model.getValue().getAsJsonObject();
      JsonObject latest = seen.getAsJsonObject("latest");
      String answer = latest.get("code").getAsString();
      models.add(
          model.getKey()
              + states(seen.get("status"))
              + " "
              + (answer.equals("OK") ? latest.get("version").getAsString() : answer));
    }
    return String.join("; ", models);
  }

  private static String states(JsonElement status) {
    if (status.isJsonObject()) {
      return "[" + status.getAsJsonObject().get("code").getAsString() + "]";
    }
    List<String> versions = new ArrayList<>();
    for (JsonElement element : status.getAsJsonArray()) {
      JsonObject version = element.getAsJsonObject();
      String code = version.get("error_code").getAsString();
      versions.add(
          version.get("version").getAsString()
              + " "
              + version.get("state").getAsString()
              + (code.equals("OK") ? "" : " " + code));
    }
    return versions.toString();
  }

  /**
   * Returns what is in another order than recorded, or an empty text: of two states that both
   * sequences show, the one seen first there must not be seen last here. The end of one version and
   * the beginning of another are in no order: loads and unloads run side by side here.
   */
  static String orderDifference(JsonArray recorded, List<JsonObject> seen) {
    Map<String, Integer> there = firstSeen(recorded.asList());
    Map<String, Integer> here = firstSeen(seen);
    for (String early : there.keySet()) {
      for (String late : there.keySet()) {
        boolean ordered = there.get(early) < there.get(late);
        if (ordered
            && !areSideBySide(early, late)
            && here.containsKey(early)
            && here.containsKey(late)
            && here.get(early) > here.get(late)) {
          return late + " was seen before " + early;
        }
      }
    }
    return "";
  }

  private static boolean areSideBySide(String early, String late) {
    boolean begins = late.endsWith(" START") || late.endsWith(" LOADING");
    boolean serves = late.endsWith(" AVAILABLE") && !version(early).equals(version(late));
    return early.endsWith(" END") && (begins || serves);
  }

  private static String version(String state) {
    return state.substring(0, state.lastIndexOf(' '));
  }

  private static Map<String, Integer> firstSeen(List<? extends JsonElement> sequence) {
    Map<String, Integer> first = new LinkedHashMap<>();
    for (int i = 0; i < sequence.size(); i++) {
      for (Map.Entry<String, JsonElement> model : sequence.get(i).getAsJsonObject().entrySet()) {
        JsonElement status = model.getValue().getAsJsonObject().get("status");
        if (status.isJsonArray()) {
          for (JsonElement element : status.getAsJsonArray()) {
            JsonObject version = element.getAsJsonObject();
            String state =
                model.getKey()
                    + "/"
                    + version.get("version").getAsString()
                    + " "
                    + version.get("state").getAsString();
            first.putIfAbsent(state, i);
          }
        }
      }
    }
    return first;
  }
}
