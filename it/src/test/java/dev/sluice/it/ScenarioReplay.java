package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.protos.serving.ModelSpec;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Does what a scenario did, to a real server, and collects what is seen otherwise than recorded.
 *
 * <p>A sequence of snapshots starts with the last one before the steps that led to it, so that no
 * change is missed, and ends when nothing has changed for longer than the server needs to look at
 * the file system again.
 */
final class ScenarioReplay implements AutoCloseable {
  private static final Pattern PUBLISH =
      Pattern.compile(
          "add version directory (.+?)(?: \\(a copy of \\$\\{CORPUS_MODELS}/(.+?); .*\\))?");
  private static final Pattern REMOVE = Pattern.compile("remove version directory (.+)");
  private static final Pattern RENAME = Pattern.compile("rename (\\S+) to (\\S+)");
  private static final Pattern PREDICT = Pattern.compile("Predict (\\{.*})");
  private static final Pattern GET = Pattern.compile("GET (\\S+)");
  private static final Pattern SLEEP =
      Pattern.compile("send Predict (\\w+)/sleep millis=(\\d+) and go on");
  private static final String DEFAULT_MODEL = "half_plus_two_tf2/1";

  private static final Pattern PLATFORM_REFUSED =
      Pattern.compile("reload_refused_(no|unknown)_platform.*");

  /** These servers live for seconds, and fifty of them share few cores. */
  private static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1");

  private static final Duration LOOK_PERIOD = Duration.ofMillis(50);
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final Scenario scenario;
  private final ScenarioFiles files;
  private final List<String> problems = new ArrayList<>();
  private @Nullable ServerProcess server;
  private @Nullable ScenarioClient client;
  private @Nullable JsonObject before;
  private @Nullable Future<?> slow;

  ScenarioReplay(Scenario scenario, Path scratch) {
    this.scenario = scenario;
    this.files = new ScenarioFiles(scratch);
  }

  /** Runs the scenario and returns what differs from the record, one line each. */
  List<String> run() throws Exception {
    if (!scenario.config().isEmpty()) {
      files.writeConfig(scenario.config());
    }
    switch (scenario.name()) { // what was there before the first recorded step
      case "start_empty_base_path" -> files.createDirectory("m");
      case "drain_running_request" -> files.publish("burn/1", "burn/1");
      default -> {}
    }
    for (int i = 0; i < scenario.steps().size(); i++) {
      Scenario.Step step = scenario.steps().get(i);
      int count = problems.size();
      perform(i, step);
      for (int p = count; p < problems.size(); p++) {
        problems.set(p, "step %d, %s: %s".formatted(i, step.action(), problems.get(p)));
      }
    }
    return problems;
  }

  private void perform(int index, Scenario.Step step) throws Exception {
    if (step.action().isJsonObject()) {
      perform(index, step, step.action().getAsJsonObject());
      return;
    }
    String text = step.text();
    if (text.startsWith("poll GetModelStatus")) {
      compareSequence(index, Objects.requireNonNull(step.observed()));
      return;
    }
    for (Map.Entry<Pattern, Act> rule : rules(index, step).entrySet()) {
      Matcher matcher = rule.getKey().matcher(text);
      if (matcher.matches()) {
        rule.getValue().perform(matcher);
        return;
      }
    }
    performOther(index, step, text);
  }

  /** What to do for texts of a form; the groups are its parameters. */
  @FunctionalInterface
  private interface Act {
    void perform(MatchResult match) throws Exception;
  }

  private Map<Pattern, Act> rules(int index, Scenario.Step step) {
    return Map.of(
        PUBLISH,
        match ->
            files.publish(
                match.group(1), Objects.requireNonNullElse(match.group(2), DEFAULT_MODEL)),
        REMOVE,
        match -> files.remove(match.group(1)),
        RENAME,
        match -> files.rename(match.group(1), match.group(2)),
        PREDICT,
        match -> compareAnswer(index, step, client().predict(spec(match.group(1)))),
        GET,
        match -> compareAnswer(index, step, get(match.group(1))),
        SLEEP,
        match -> beginSlow(match.group(1), Long.parseLong(match.group(2))));
  }

  private void performOther(int index, Scenario.Step step, String text) throws Exception {
    switch (text) {
      case "start the server; wait until the REST port answers" -> start(true);
      case "start the server, wait 4 s", "start the server" -> {
        start(false);
        compareOutcome(index, step);
      }
      case "wait" -> compareOutcome(index, step);
      case "rename base path n away" -> files.rename("n", "n.away");
      case "rename it back" -> files.rename("n.away", "n");
      case "m/2 is a plain file, m/10 an empty directory" -> {
        files.writeFile("m/2");
        files.createDirectory("m/10");
      }
      case "replace the files of m/2 in place by good ones" ->
          files.replace("m/2", "half_plus_two_tf2/2");
      case "2 s later: replace the files of m/2 in place by good ones" -> {
        awaitLog("will be retried");
        remember();
        files.replace("m/2", "half_plus_two_tf2/2");
      }
      case "delete the configuration file" -> files.deleteConfig();
      case "answer of the slow request" -> Objects.requireNonNull(slow).get();
      default -> throw new IllegalStateException("a step that nobody knows: " + text);
    }
  }

  private void perform(int index, Scenario.Step step, JsonObject action) throws Exception {
    if (action.has("write configuration file")) {
      files.writeConfig(action.get("write configuration file").getAsString());
    } else {
      compareAnswer(index, step, client().reload(action, deadline(step, action), files::expand));
    }
  }

  /** Returns the recorded deadline if it passed there, else one that a slow machine can keep. */
  private static Duration deadline(Scenario.Step step, JsonObject action) {
    JsonObject answer = Objects.requireNonNull(step.observed()).getAsJsonObject("answer");
    return answer.get("code").getAsString().equals("DEADLINE_EXCEEDED")
        ? Duration.ofSeconds(action.get("client_deadline_s").getAsLong())
        : Duration.ofMinutes(1);
  }

  private void start(boolean wait) throws Exception {
    String[] flags = scenario.flags().stream().map(files::expand).toArray(String[]::new);
    // `serve` finds out platforms that are left out, and has more of them than the reference.
    ServerProcess started =
        PLATFORM_REFUSED.matcher(scenario.name()).matches()
            ? ServerProcess.launchReference(QUICK_START, flags)
            : ServerProcess.launch(QUICK_START, flags);
    server = started;
    if (wait) {
      started.awaitReady();
    }
    client = new ScenarioClient(started.grpcPort(), files::normalize);
  }

  /** Begins a slow request; what comes next must find it running. */
  private void beginSlow(String model, long millis) throws InterruptedException {
    slow = client().sleep(model, millis);
    String lane = "lane-" + model + "-1-0";
    server().await("the request to be on its lane", () -> server().hasThread(lane));
  }

  private ServerProcess server() {
    return Objects.requireNonNull(server, "the server has not been started");
  }

  private ScenarioClient client() {
    return Objects.requireNonNull(client, "the server has not been started");
  }

  private void awaitLog(String text) throws InterruptedException {
    server().await(text, () -> server().log().stream().anyMatch(line -> line.contains(text)));
  }

  /** Takes the snapshot before a change, of the models that the next sequence shows. */
  private void remember() {
    before = client().snapshot(Set.of("m"));
  }

  private static ModelSpec spec(String json) {
    JsonObject asked = JsonParser.parseString(json).getAsJsonObject();
    ModelSpec.Builder spec =
        ModelSpec.newBuilder().setName(asked.has("model") ? asked.get("model").getAsString() : "m");
    if (asked.has("version")) {
      spec.getVersionBuilder().setValue(asked.get("version").getAsLong());
    }
    if (asked.has("label")) {
      spec.setVersionLabel(asked.get("label").getAsString());
    }
    return spec.build();
  }

  private JsonObject get(String path) throws Exception {
    var response = server().get(path);
    JsonObject answer = new JsonObject();
    answer.addProperty("status", response.statusCode());
    answer.addProperty(
        "body",
        response.statusCode() == HttpURLConnection.HTTP_OK
            ? files.normalize(response.body())
            : response.body());
    return answer;
  }

  private void compareAnswer(int index, Scenario.Step step, JsonObject answer) {
    JsonElement expected = scenario.differences().get(index);
    if (expected == null && step.observed() != null) {
      expected = step.observed().get("answer");
    }
    if (expected != null && !answer.equals(expected) && !isSameJson(expected, answer)) {
      problems.add("expected " + expected + ", found " + answer);
    }
  }

  /** Whether two REST answers differ in white space only. */
  private static boolean isSameJson(JsonElement expected, JsonObject found) {
    try {
      JsonObject other = expected.getAsJsonObject();
      return Objects.equals(other.get("status"), found.get("status"))
          && JsonParser.parseString(other.get("body").getAsString())
              .equals(JsonParser.parseString(found.get("body").getAsString()));
    } catch (RuntimeException notJson) {
      return false;
    }
  }

  /** Whether the process runs and its REST port is open, once it has had the time. */
  private void compareOutcome(int index, Scenario.Step step) throws Exception {
    JsonElement difference = scenario.differences().get(index);
    JsonObject expected = Objects.requireNonNull(step.observed());
    if (difference != null) {
      expected = difference.getAsJsonObject();
    }
    if (!expected.has("rest_port") || !expected.get("rest_port").getAsString().equals("open")) {
      throw new IllegalStateException("only an open port can be awaited: " + expected);
    }
    server().awaitReady();
  }

  private void compareSequence(int index, JsonObject observed) throws InterruptedException {
    JsonArray recorded = observed.getAsJsonArray("sequence");
    JsonObject last = recorded.get(recorded.size() - 1).getAsJsonObject();
    JsonElement difference = scenario.differences().get(index);
    List<JsonObject> seen = new ArrayList<>();
    if (before != null && before.keySet().equals(last.keySet())) {
      seen.add(before);
    }
    watch(last, seen, difference);
    before = seen.getLast();
    if (difference != null) {
      if (!isAsExpected(seen.getLast(), last, difference)) {
        problems.add("expected " + difference + ", found " + Snapshots.summary(seen.getLast()));
      }
      return;
    }
    if (!seen.getLast().equals(last)) {
      problems.add("expected at last " + last + ", found " + seen.getLast());
    }
    String order = Snapshots.orderDifference(recorded, seen);
    if (!order.isEmpty()) {
      problems.add(order + " in " + seen.stream().map(Snapshots::summary).toList());
    }
  }

  private static boolean isAsExpected(
      JsonObject found, JsonObject last, @Nullable JsonElement difference) {
    return difference == null
        ? found.equals(last)
        : Snapshots.summary(found).equals(difference.getAsString());
  }

  /** Adds each new snapshot until they stay as expected for a while, or the patience is over. */
  private void watch(JsonObject last, List<JsonObject> seen, @Nullable JsonElement difference)
      throws InterruptedException {
    long start = System.nanoTime();
    long[] changed = {start};
    server()
        .await(
            "quiet",
            () -> {
              JsonObject now = client().snapshot(last.keySet());
              long time = System.nanoTime();
              if (seen.isEmpty() || !now.equals(seen.getLast())) {
                seen.add(now);
                changed[0] = time;
              }
              boolean quiet = time - changed[0] > quietNanos();
              return quiet
                  && (isAsExpected(now, last, difference) || time - start > PATIENCE_NANOS);
            },
            LOOK_PERIOD);
  }

  /** Longer than the time between two looks at the file system. */
  private static long quietNanos() {
    return TimeUnit.MILLISECONDS.toNanos(1300);
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    if (server != null) {
      server.close();
    }
  }
}
