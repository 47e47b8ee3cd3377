package dev.sluice.api.oip.json;

import dev.sluice.api.oip.Parameters;
import dev.sluice.tensor.Shape;

/**
 * One input that a request brings.
 *
 * @param datatype as the client names it
 * @param data where its values are in the JSON; -1 if they are elsewhere
 */
public record InferInput(
    String name, String datatype, Shape shape, Parameters parameters, int data) {
  /** Returns true if the JSON has the values. */
  public boolean hasData() {
    return data >= 0;
  }
}
