package dev.sluice.client.status;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.sluice.client.DurationText;
import dev.sluice.client.ErrorText;
import dev.sluice.client.ServerException;
import dev.sluice.client.show.SafeText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks a server what it serves. Confined to one thread. */
public final class ServerProbe implements AutoCloseable {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final List<String> METRICS = List.of("/metrics", "/monitoring/prometheus/metrics");

  private final URI server;
  private final Duration timeout;
  private final Map<String, String> headers;
  private final HttpClient client;

  /** What runs a version does not change; not asked again and again. */
  private final Map<String, String> engines = new HashMap<>();

  /**
   * Creates a probe.
   *
   * @param server without a slash at its end
   * @param headers sent with each request
   * @throws IllegalArgumentException if a header cannot be sent
   */
  public ServerProbe(URI server, Duration timeout, Map<String, String> headers) {
    headers.forEach(HttpRequest.newBuilder()::setHeader);
    this.server = server;
    this.timeout = timeout;
    this.headers = headers;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  /** Returns the address that is asked. */
  URI server() {
    return server;
  }

  /**
   * Returns what the server tells of its models.
   *
   * @throws ServerException if nothing listens there, or something else than a model server
   */
  public ServerState state() throws ServerException, InterruptedException {
    List<VersionState> versions = new ArrayList<>();
    for (JsonElement entry : index()) {
      versions.add(version(entry.getAsJsonObject()));
    }
    return new ServerState(name(), get("/v2/health/ready").statusCode() == OK, versions);
  }

  private JsonArray index() throws ServerException, InterruptedException {
    HttpResponse<String> answer =
        send(
            request("/v2/repository/index")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build());
    if (answer.statusCode() == NOT_FOUND) {
      throw new ServerException(
          "%s has no list of models (/v2/repository/index); expected a Sluice or a Triton server"
              .formatted(server));
    }
    if (answer.statusCode() != OK) {
      throw new ServerException(
          "%s does not tell its models: %s"
              .formatted(server, ErrorText.of(answer.statusCode(), answer.body())));
    }
    try {
      if (JsonParser.parseString(answer.body()) instanceof JsonArray list
          && list.asList().stream().allMatch(JsonElement::isJsonObject)) {
        return list;
      }
    } catch (JsonParseException e) {
      // Said below.
    }
    throw new ServerException(
        "%s answers no list of models; is it the REST port of a model server? (--server)"
            .formatted(server));
  }

  private VersionState version(JsonObject entry) throws ServerException, InterruptedException {
    String model = text(entry, "name");
    String version = text(entry, "version");
    String reason = text(entry, "reason");
    String state =
        switch (text(entry, "state")) {
          case "READY" -> VersionState.AVAILABLE;
          case "LOADING" -> VersionState.LOADING;
          case "UNLOADING" -> VersionState.UNLOADING;
          default -> VersionState.END;
        };
    return new VersionState(
        model,
        version,
        state,
        reason.equals("unloaded") ? "" : reason,
        state.equals(VersionState.AVAILABLE) ? engine(model, version) : "");
  }

  private String engine(String model, String version) throws ServerException, InterruptedException {
    String path = "/v2/models/%s/versions/%s".formatted(encoded(model), encoded(version));
    String known = engines.get(path);
    if (known != null) {
      return known;
    }
    HttpResponse<String> answer = get(path);
    String engine = answer.statusCode() == OK ? text(object(answer.body()), "platform") : "";
    engines.put(path, engine);
    return engine;
  }

  private String name() throws ServerException, InterruptedException {
    JsonObject metadata = object(get("/v2").body());
    return (text(metadata, "name") + " " + text(metadata, "version")).strip();
  }

  /** Returns the page of metrics; empty if there is none. */
  String metrics() throws ServerException, InterruptedException {
    for (String path : METRICS) {
      HttpResponse<String> page = get(path);
      if (page.statusCode() == OK) {
        return page.body();
      }
    }
    return "";
  }

  private static JsonObject object(String body) {
    try {
      return JsonParser.parseString(body) instanceof JsonObject object ? object : new JsonObject();
    } catch (JsonParseException e) {
      return new JsonObject();
    }
  }

  private static String text(JsonObject object, String member) {
    return object.get(member) instanceof JsonPrimitive text
        ? SafeText.lines(text.getAsString())
        : "";
  }

  private HttpResponse<String> get(String path) throws ServerException, InterruptedException {
    return send(request(path).GET().build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + path)).timeout(timeout);
    headers.forEach(request::setHeader);
    return request;
  }

  private HttpResponse<String> send(HttpRequest request)
      throws ServerException, InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException e) {
      throw new ServerException(
          """
          no server at %s
          Start one: ./sluice serve --config=sluice.yaml
          Or name another: --server=host:8501"""
              .formatted(server));
    } catch (HttpTimeoutException e) {
      throw new ServerException(
          "no answer of %s within %s (--timeout)".formatted(server, DurationText.of(timeout)));
    } catch (IOException e) {
      throw new ServerException(
          "%s does not answer as a web server does (%s): --server takes the REST port, by default 8501"
              .formatted(server, e.getMessage()));
    }
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.close();
  }
}
