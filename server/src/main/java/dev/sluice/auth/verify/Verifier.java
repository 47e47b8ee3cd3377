package dev.sluice.auth.verify;

import com.nimbusds.jwt.SignedJWT;
import dev.sluice.auth.Authenticator;
import dev.sluice.auth.Principal;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Knows everybody whom the operator's file admits. A token, where there is one, decides alone; then
 * the client's certificate; who shows neither is anonymous, if such are admitted.
 *
 * <p>Thread-safe.
 */
public final class Verifier implements Authenticator {
  private static final String BEARER = "Bearer ";

  /** How long a token may count after it was withdrawn: at most so long as nobody looks again. */
  static final Duration LONGEST_KEPT = Duration.ofMinutes(5);

  private static final int MOST_CERTIFICATES = 4096;

  private final Admitted admitted;
  private final InstantSource clock;
  private final TokenCache tokens = new TokenCache();
  private final ConcurrentMap<X509Certificate, Principal> certificates = new ConcurrentHashMap<>();

  /**
   * Everybody whom a file admits.
   *
   * @param anonymous who shows nothing; null if such are refused
   */
  public record Admitted(
      List<ApiKey> keys,
      List<JwtIssuer> issuers,
      List<Subject> subjects,
      @Nullable Principal anonymous) {
    /** Copies the lists. */
    public Admitted {
      keys = List.copyOf(keys);
      issuers = List.copyOf(issuers);
      subjects = List.copyOf(subjects);
    }
  }

  /** Creates a verifier that has seen no token yet. */
  public Verifier(Admitted admitted, InstantSource clock) {
    this.admitted = admitted;
    this.clock = clock;
  }

  /** Forgets which tokens it has verified, for the keys are others now. */
  public void forget() {
    tokens.clear();
  }

  @Override
  public Principal authenticate(
      @Nullable String authorization,
      @Nullable String apiKey,
      @Nullable X509Certificate certificate)
      throws ServingException {
    if (authorization != null && isBearer(authorization)) {
      return byToken(authorization, BEARER.length());
    }
    if (apiKey != null) {
      return byToken(apiKey, 0);
    }
    if (authorization != null) {
      throw refused("The header Authorization: expected Bearer and a token, found another scheme");
    }
    return withoutToken(certificate);
  }

  private static boolean isBearer(String authorization) {
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
  }

  private Principal byToken(String header, int from) throws ServingException {
    long now = clock.millis();
    Principal known = tokens.get(header, from, now);
    return known == null ? verify(header, from, now) : known;
  }

  private Principal verify(String header, int from, long now) throws ServingException {
    String token = header.substring(from);
    byte[] digest = ApiKey.digest(token);
    Principal owner = null;
    for (ApiKey key : admitted.keys) { // all of them, so that the time does not tell which
      if (key.hasDigest(digest)) {
        owner = key.principal();
      }
    }
    long expires = now + LONGEST_KEPT.toMillis();
    if (owner == null) {
      JwtIssuer.Verified verified = verifyJwt(token);
      owner = verified.principal();
      expires = Math.min(expires, verified.expires());
    }
    tokens.put(header, from, owner, expires);
    return owner;
  }

  private JwtIssuer.Verified verifyJwt(String token) throws ServingException {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      return issuer(jwt.getJWTClaimsSet().getIssuer()).verify(jwt);
    } catch (ParseException | IllegalArgumentException noJwt) {
      throw refused(
          admitted.issuers.isEmpty()
              ? "The API key is not valid"
              : "The token is not valid: it is no API key, and no signed JSON Web Token");
    } catch (InvalidTokenException e) {
      throw refused("The token is not valid: " + e.getMessage());
    }
  }

  /** The claim is not verified yet: it only says who is to verify it. */
  private JwtIssuer issuer(@Nullable String claimed) throws InvalidTokenException {
    for (JwtIssuer issuer : admitted.issuers) {
      if (issuer.issuer().equals(claimed)) {
        return issuer;
      }
    }
    throw new InvalidTokenException("its issuer is not one of those that are trusted");
  }

  private Principal withoutToken(@Nullable X509Certificate certificate) throws ServingException {
    Principal owner = certificate == null ? null : ownerOf(certificate);
    if (owner == null) {
      owner = admitted.anonymous;
    }
    if (owner == null) {
      throw refused(
          certificate == null
              ? "Expected a token in the header Authorization: Bearer or X-Api-Key, found none"
              : "The client's certificate is nobody's who is admitted");
    }
    return owner;
  }

  private @Nullable Principal ownerOf(X509Certificate certificate) {
    Principal known = certificates.get(certificate);
    if (known != null) {
      return known;
    }
    for (Subject subject : admitted.subjects) {
      if (subject.isOf(certificate)) {
        if (certificates.size() < MOST_CERTIFICATES) {
          certificates.put(certificate, subject.principal());
        }
        return subject.principal();
      }
    }
    return null;
  }

  private static ServingException refused(String reason) {
    return new ServingException(Code.UNAUTHENTICATED, reason);
  }
}
