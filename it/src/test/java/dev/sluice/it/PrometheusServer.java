package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A real Prometheus that scrapes one server each second. */
final class PrometheusServer implements AutoCloseable {
  private final Process process;
  private final int port;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private PrometheusServer(Process process, int port) {
    this.process = process;
    this.port = port;
    Thread.ofVirtual().start(this::gatherLog);
  }

  /**
   * Starts it.
   *
   * @param rules the file with alerts
   * @param scrape the port of the server whose {@code /metrics} is scraped
   * @param scratch an empty directory
   */
  static PrometheusServer start(Program prometheus, Path rules, int scrape, Path scratch)
      throws IOException {
    Path config =
        Files.writeString(
            scratch.resolve("prometheus.yaml"), config(rules.toAbsolutePath(), scrape));
    int port = FreePorts.next();
    return new PrometheusServer(
        prometheus.start(
            "--config.file=" + config,
            "--storage.tsdb.path=" + scratch.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port),
        port);
  }

  private static String config(Path rules, int scrape) {
    return """
        global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
        rule_files: [ "%s" ]
        scrape_configs:
          - job_name: sluice
            static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
        """
        .formatted(rules, scrape);
  }

  private void gatherLog() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(line);
      }
    } catch (IOException e) {
      log.add("(the log ends: " + e + ")");
    }
  }

  /** Returns what it printed. */
  String log() {
    return String.join("\n", log);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns true if it answers. */
  boolean isReady() throws InterruptedException {
    try {
      return send("/-/ready").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the series that an expression has now. */
  JsonArray query(String expression) throws IOException, InterruptedException {
    return get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
        .getAsJsonArray("result");
  }

  /** Returns the rules of its groups. */
  List<JsonObject> rules() throws IOException, InterruptedException {
    return get("/api/v1/rules").getAsJsonArray("groups").asList().stream()
        .flatMap(group -> group.getAsJsonObject().getAsJsonArray("rules").asList().stream())
        .map(rule -> rule.getAsJsonObject())
        .toList();
  }

  private JsonObject get(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = send(path);
    if (answer.statusCode() != 200) {
      throw new AssertionError(path + ": " + answer.body());
    }
    return JsonParser.parseString(answer.body()).getAsJsonObject().getAsJsonObject("data");
  }

  private HttpResponse<String> send(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError("Prometheus cannot be killed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
