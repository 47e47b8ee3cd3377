package dev.sluice.auth;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;

/** Whether somebody may do what an operation needs, as soon as its model is known. */
public final class Access {
  private final Principal principal;
  private final Scope scope;

  /** Written by the thread that decodes the request, read by the one that answers it. */
  private volatile boolean asked;

  Access(Principal principal, Scope scope) {
    this.principal = principal;
    this.scope = scope;
  }

  /**
   * Refuses a request whose model is not one of the principal's.
   *
   * @param model empty if it names none
   * @throws ServingException PERMISSION_DENIED with what is missing
   */
  public void require(String model) throws ServingException {
    asked = true;
    require(principal, scope, Reach.NAMED, model);
  }

  /** Returns true if {@link #require} was called, however it ended. */
  public boolean wasAsked() {
    return asked;
  }

  static void require(Principal principal, Scope scope, Reach reach, String model)
      throws ServingException {
    boolean allowed =
        switch (reach) {
          case NAMED ->
              model.isEmpty() ? principal.mayForEvery(scope) : principal.may(scope, model);
          case SOME -> principal.mayForSome(scope);
          case EVERY -> principal.mayForEvery(scope);
        };
    if (!allowed) {
      throw new ServingException(
          Code.PERMISSION_DENIED,
          "%s needs scope %s on %s, and has it on %s"
              .formatted(
                  principal.name(),
                  scope.label(),
                  target(reach, model),
                  principal.describe(scope)));
    }
  }

  private static String target(Reach reach, String model) {
    return switch (reach) {
      case NAMED -> model.isEmpty() ? "every model, for the request names none" : "model " + model;
      case SOME -> "some model";
      case EVERY -> "every model (\"*\")";
    };
  }
}
