package dev.sluice.auth;

import dev.sluice.servable.ServingException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Stands before one port's operations. Thread-safe.
 *
 * @param authenticator finds out who asks
 * @param door what the port serves at all
 */
public record Gate(Authenticator authenticator, Door door) {
  /**
   * Lets in a request whose model is known already, or refuses it.
   *
   * @throws ServingException UNAUTHENTICATED or PERMISSION_DENIED
   */
  public void require(
      Operation operation,
      @Nullable String authorization,
      @Nullable String apiKey,
      @Nullable X509Certificate certificate)
      throws ServingException {
    Need need = operation.need();
    door.check(need);
    Scope scope = need.scope();
    if (scope != null) {
      Principal principal = authenticator.authenticate(authorization, apiKey, certificate);
      Access.require(principal, scope, need.reach(), operation.model());
    }
  }

  /**
   * Lets in a request whose model is not known yet, or refuses it.
   *
   * @return what is to be asked once the model is known; null if the answer would be yes
   * @throws ServingException UNAUTHENTICATED or PERMISSION_DENIED
   */
  public @Nullable Access enter(
      Need need,
      @Nullable String authorization,
      @Nullable String apiKey,
      @Nullable X509Certificate certificate)
      throws ServingException {
    door.check(need);
    Scope scope = need.scope();
    if (scope == null) {
      return null;
    }
    Principal principal = authenticator.authenticate(authorization, apiKey, certificate);
    if (need.reach() != Reach.NAMED) {
      Access.require(principal, scope, need.reach(), "");
      return null;
    }
    if (principal.mayForEvery(scope)) {
      return null;
    }
    Access.require(principal, scope, Reach.SOME, "");
    return new Access(principal, scope);
  }
}
