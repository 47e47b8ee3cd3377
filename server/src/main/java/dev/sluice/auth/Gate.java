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
   * Who has come in.
   *
   * @param client of which client the request is; empty if nobody was asked who he is
   * @param access what is to be asked once the model is known; null if the answer would be yes
   */
  public record Entry(String client, @Nullable Access access) {
    private static final Entry UNASKED = new Entry("", null);
  }

  /**
   * Lets in a request whose model is known already, or refuses it.
   *
   * @return of which client the request is; empty if nobody was asked who he is
   * @throws ServingException UNAUTHENTICATED or PERMISSION_DENIED
   */
  public String require(
      Operation operation,
      @Nullable String authorization,
      @Nullable String apiKey,
      @Nullable X509Certificate certificate)
      throws ServingException {
    Need need = operation.need();
    door.check(need);
    Scope scope = need.scope();
    if (scope == null) {
      return "";
    }
    Principal principal = authenticator.authenticate(authorization, apiKey, certificate);
    Access.require(principal, scope, need.reach(), operation.model());
    return principal.clientName();
  }

  /**
   * Lets in a request whose model is not known yet, or refuses it.
   *
   * @throws ServingException UNAUTHENTICATED or PERMISSION_DENIED
   */
  public Entry enter(
      Need need,
      @Nullable String authorization,
      @Nullable String apiKey,
      @Nullable X509Certificate certificate)
      throws ServingException {
    door.check(need);
    Scope scope = need.scope();
    if (scope == null) {
      return Entry.UNASKED;
    }
    Principal principal = authenticator.authenticate(authorization, apiKey, certificate);
    return new Entry(principal.clientName(), access(principal, scope, need.reach()));
  }

  private static @Nullable Access access(Principal principal, Scope scope, Reach reach)
      throws ServingException {
    if (reach != Reach.NAMED) {
      Access.require(principal, scope, reach, "");
      return null;
    }
    if (principal.mayForEvery(scope)) {
      return null;
    }
    Access.require(principal, scope, Reach.SOME, "");
    return new Access(principal, scope);
  }
}
