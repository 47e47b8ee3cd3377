package dev.sluice.batching;

import java.util.Map;

/**
 * How clients share a servable when they want more of it than there is.
 *
 * @param byClient weights above 0; clients that are not named have 1
 */
public record ClientWeights(Map<String, Double> byClient) {
  /** All have the same. */
  public static final ClientWeights EQUAL = new ClientWeights(Map.of());

  public ClientWeights {
    byClient = Map.copyOf(byClient);
    byClient.forEach(
        (client, weight) -> {
          if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                "expected a weight above 0 for client '%s', found %s".formatted(client, weight));
          }
        });
  }

  /** Returns the weight of a client. */
  public double of(String client) {
    return byClient.getOrDefault(client, 1.0);
  }
}
