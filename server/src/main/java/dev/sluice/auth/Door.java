package dev.sluice.auth;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import org.jspecify.annotations.Nullable;

/**
 * What a port does not serve because another one does.
 *
 * @param adminPort the flag of the port where admin calls are answered; null if they are here
 * @param metricsPort the flag of the port where metrics are read; null if they are here
 */
public record Door(@Nullable String adminPort, @Nullable String metricsPort) {
  /** Of a port that serves everything. */
  public static final Door OPEN = new Door(null, null);

  void check(Need need) throws ServingException {
    Scope scope = need.scope();
    if (scope == null) {
      return;
    }
    String elsewhere =
        switch (scope) {
          case ADMIN -> adminPort;
          case METRICS -> metricsPort;
          case INFER -> null;
        };
    if (elsewhere != null) {
      throw new ServingException(
          Code.PERMISSION_DENIED,
          "This needs scope %s and is answered on the port of %s only"
              .formatted(scope.label(), elsewhere));
    }
  }
}
