package dev.sluice.api.oip;

import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.ServingException;

/** The versions of a model, which the protocol writes as text. */
public final class Versions {
  private Versions() {}

  /**
   * Returns which version a request wants; none means the highest that is available.
   *
   * @throws ServingException INVALID_ARGUMENT if it is no version's number
   */
  public static VersionChoice choice(String model, String version) throws ServingException {
    return version.isEmpty()
        ? VersionChoice.LATEST
        : new VersionChoice.Specific(number(model, version));
  }

  private static long number(String model, String version) throws ServingException {
    try {
      long number = Long.parseLong(version);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, as is a negative number.
    }
    throw ServingException.invalidArgument(
        "Model %s: expected a version number or no version, found version \"%s\""
            .formatted(model, version));
  }
}
