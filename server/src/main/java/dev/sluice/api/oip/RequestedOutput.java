package dev.sluice.api.oip;

import dev.sluice.servable.ServingException;
import org.jspecify.annotations.Nullable;

/**
 * An output that a request names.
 *
 * @param classes how many of its highest values are wanted, as text, instead of the tensor; 0 for
 *     the tensor
 * @param region where the values shall go; null for the answer itself
 */
public record RequestedOutput(String name, int classes, @Nullable RegionSlice region) {
  private static final String CLASSIFICATION = "classification";

  /** Reads the parameters of an output that a request names. */
  public static RequestedOutput of(String name, Parameters parameters) throws ServingException {
    if (parameters.values().isEmpty()) {
      return new RequestedOutput(name, 0, null);
    }
    RegionSlice region = RegionSlice.of(parameters);
    int classes = (int) Math.min(parameters.count(CLASSIFICATION, 0), Integer.MAX_VALUE);
    if (classes > 0 && region != null) {
      throw ServingException.invalidArgument(
          "Parameters of %s: expected %s or %s, found both"
              .formatted(parameters.owner(), CLASSIFICATION, RegionSlice.REGION));
    }
    return new RequestedOutput(name, classes, region);
  }
}
