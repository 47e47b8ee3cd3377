package dev.sluice.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks a server for the class of a digit over REST. Confined to one thread. */
final class RestDigits implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final URI model;

  /** Creates a client of the model at an address such as {@code http://host:8501/v1/models/m}. */
  RestDigits(URI model) {
    this.model = model;
  }

  /** Returns the address that answers predictions. */
  URI predictAddress() {
    return URI.create(model + ":predict");
  }

  /** Returns the address that tells which versions are available. */
  URI statusAddress() {
    return model;
  }

  /** Returns the body of a request for one digit, in the row format. */
  static String body(Digit digit) {
    StringBuilder json = new StringBuilder("{\"instances\":[[");
    float[] pixels = digit.pixels();
    for (int i = 0; i < pixels.length; i++) {
      json.append(i == 0 ? "[" : i % Digit.SIDE == 0 ? "],[" : ",");
      json.append('[').append(number(pixels[i])).append(']');
    }
    return json.append("]]]}").toString();
  }

  private static String number(float value) {
    return value == (int) value ? Integer.toString((int) value) : Float.toString(value);
  }

  /**
   * Sends one digit.
   *
   * @throws IOException if the server cannot be reached or answers anything but a prediction
   */
  Prediction predict(Digit digit) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(predictAddress())
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(digit)))
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("REST answered " + response.statusCode() + ": " + response.body());
    }
    try {
      JsonObject first =
          JsonParser.parseString(response.body())
              .getAsJsonObject()
              .getAsJsonArray("predictions")
              .get(0)
              .getAsJsonObject();
      return new Prediction(
          first.get("class").getAsLong(),
          GoldenDigits.floats(first.getAsJsonArray("probabilities")));
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      throw new IOException("REST answered something else: " + response.body(), e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
