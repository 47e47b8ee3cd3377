package dev.sluice.auth;

import dev.sluice.servable.ServingException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** Finds out who asks. Thread-safe; does not block. */
public interface Authenticator {
  /** Asks nobody who he is. */
  Authenticator NONE = (authorization, apiKey, certificate) -> Principal.TRUSTED;

  /**
   * Returns who shows these credentials.
   *
   * @param authorization the header of that name, or null
   * @param apiKey the header {@code X-Api-Key}, or null
   * @param certificate of the client, which TLS has verified, or null
   * @throws ServingException UNAUTHENTICATED if there are none and strangers are not admitted, or
   *     they are not valid; the message says why, and never quotes them
   */
  Principal authenticate(
      @Nullable String authorization,
      @Nullable String apiKey,
      @Nullable X509Certificate certificate)
      throws ServingException;
}
