package dev.sluice.client;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.ModelMetadata;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;

/** A server, asked over REST. Confined to one thread. */
final class ModelServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);

  private final Target target;
  private final Duration timeout;
  private final Map<String, String> headers;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_PATIENCE)
          .build();

  /**
   * Creates a client of a server.
   *
   * @throws IllegalArgumentException if a header cannot be sent
   */
  ModelServer(Target target, Duration timeout, Map<String, String> headers) {
    headers.forEach(HttpRequest.newBuilder()::setHeader);
    this.target = target;
    this.timeout = timeout;
    this.headers = headers;
  }

  /**
   * Returns what the model takes and gives.
   *
   * @throws ServerException if the server cannot be reached, or has no such model or version
   */
  ModelMetadata metadata() throws ServerException, InterruptedException {
    HttpResponse<String> answer = get(target.address("/metadata"));
    if (answer.statusCode() == NOT_FOUND) {
      throw unknown(ErrorText.of(answer.statusCode(), answer.body()));
    }
    if (answer.statusCode() != OK) {
      throw new ServerException(
          "%s does not describe the model %s: %s"
              .formatted(
                  target.server(),
                  target.title(),
                  ErrorText.of(answer.statusCode(), answer.body())));
    }
    try {
      return ModelMetadata.ofJson(answer.body());
    } catch (InputException e) {
      throw new ServerException(
          "%s answers no model's metadata; is it the REST port of a model server? (--url)"
              .formatted(target.server()));
    }
  }

  private ServerException unknown(String reason) throws ServerException, InterruptedException {
    HttpResponse<String> status = get(target.modelAddress());
    String there =
        status.statusCode() == OK
            ? Known.versions(status.body())
            : Known.models(get(URI.create(target.server() + Known.METRICS)));
    return new ServerException(
        "%s does not serve %s: %s%s"
            .formatted(
                target.server(), target.title(), reason, there.isEmpty() ? "" : "\n" + there));
  }

  /**
   * Sends one request and returns the answer.
   *
   * @throws ServerException if it is an error
   */
  String predict(String body) throws ServerException, InterruptedException {
    HttpResponse<String> answer =
        send(
            request(target.address(":predict"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    if (answer.statusCode() != OK) {
      throw new ServerException(
          "the server refused: " + ErrorText.of(answer.statusCode(), answer.body()));
    }
    return answer.body();
  }

  private HttpResponse<String> get(URI address) throws ServerException, InterruptedException {
    return send(request(address).GET().build());
  }

  private HttpRequest.Builder request(URI address) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(timeout);
    headers.forEach(request::setHeader);
    return request;
  }

  private HttpResponse<String> send(HttpRequest request)
      throws ServerException, InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException e) {
      throw new ServerException(notThere(e));
    } catch (HttpTimeoutException e) {
      throw new ServerException(
          "no answer of %s within %s (--timeout)"
              .formatted(target.server(), DurationText.of(timeout)));
    } catch (IOException e) {
      throw new ServerException(
          "%s does not answer as a web server does (%s): --url takes the REST port, by default 8501"
              .formatted(target.server(), e.getMessage()));
    }
  }

  private String notThere(ConnectException failure) {
    return failure.getCause() instanceof UnresolvedAddressException
            || (failure.getCause() != null
                && failure.getCause().getCause() instanceof UnresolvedAddressException)
        ? "no host " + target.server().getHost() + " (--url)"
        : """
        no server at %s
        Start one: ./sluice serve --model_name=%s --model_base_path=/path/to/%s
        Or name another: --url=http://host:8501"""
            .formatted(target.server(), target.model(), target.model());
  }

  @Override
  public void close() {
    client.close();
  }
}
