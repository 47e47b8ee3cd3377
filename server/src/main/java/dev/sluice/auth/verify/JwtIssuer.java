package dev.sluice.auth.verify;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.sluice.auth.Grant;
import dev.sluice.auth.ModelPattern;
import dev.sluice.auth.Principal;
import dev.sluice.auth.Scope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Verifies the tokens of one issuer. Thread-safe; does not block. */
public final class JwtIssuer {
  /** Plain tokens, and those that OAuth's servers mark as access tokens (RFC 9068). */
  private static final DefaultJOSEObjectTypeVerifier<SecurityContext> TYPES =
      new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null);

  private final JwtRules rules;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  /**
   * Whom a token belongs to.
   *
   * @param expires in milliseconds of the clock
   */
  record Verified(Principal principal, long expires) {}

  /** Creates a verifier by rules and keys. */
  public JwtIssuer(JwtRules rules, KeySet keys, InstantSource clock) {
    this.rules = rules;
    processor.setJWSTypeVerifier(TYPES);
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(rules.algorithms(), keys));
    processor.setJWTClaimsSetVerifier(new Claims(rules, clock));
  }

  String issuer() {
    return rules.issuer();
  }

  /** Verifies a token whose issuer claims to be this one. */
  Verified verify(SignedJWT token) throws InvalidTokenException {
    if (!rules.algorithms().contains(token.getHeader().getAlgorithm())) {
      throw new InvalidTokenException(
          "it is not signed by one of the algorithms "
              + rules.algorithms().stream().map(String::valueOf).sorted().toList());
    }
    try {
      JWTClaimsSet claims = processor.process(token, null);
      Principal principal = new Principal(name(claims), grants(claims));
      Instant expires = claims.getExpirationTime().toInstant().plus(rules.skew());
      return new Verified(principal, expires.toEpochMilli());
    } catch (BadJWTException e) {
      // What a claim is, whose signature has been verified; the library quotes no more of it.
      throw new InvalidTokenException(String.valueOf(e.getMessage()));
    } catch (BadJOSEException | JOSEException e) {
      throw new InvalidTokenException(
          "its signature cannot be verified by the keys of issuer " + rules.issuer());
    }
  }

  private static String name(JWTClaimsSet claims) {
    String subject = claims.getSubject();
    // An empty name is nobody's: such a request would be of whatever client it says.
    return subject == null || subject.isEmpty() ? "a token without subject" : subject;
  }

  private List<Grant> grants(JWTClaimsSet claims) {
    Set<Scope> scopes =
        texts(claim(claims.getClaims(), rules.scopesClaim()))
            .filter(scope -> scope.startsWith(rules.scopePrefix()))
            .map(scope -> Scope.named(scope.substring(rules.scopePrefix().length())))
            .flatMap(Optional::stream)
            .collect(Collectors.toUnmodifiableSet());
    Object listed =
        rules.modelsClaim().isEmpty() ? null : claim(claims.getClaims(), rules.modelsClaim());
    List<ModelPattern> models =
        listed == null ? rules.models() : texts(listed).map(ModelPattern::new).toList();
    return List.of(new Grant(scopes, models));
  }

  /** Returns the value of a claim, or of what a path of names leads to. */
  private static @Nullable Object claim(Map<?, ?> claims, String path) {
    Object exact = claims.get(path);
    int dot = path.indexOf('.');
    if (exact != null || dot < 0) {
      return exact;
    }
    return claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner
        ? claim(inner, path.substring(dot + 1))
        : null;
  }

  /** Returns the texts of a list, or the words of a text. */
  private static Stream<String> texts(@Nullable Object claim) {
    return switch (claim) {
      case String words -> Arrays.stream(words.split("\\s+")).filter(word -> !word.isEmpty());
      case List<?> list -> list.stream().filter(String.class::isInstance).map(String.class::cast);
      case null, default -> Stream.empty();
    };
  }

  /** Checks claims by a clock that tests can set. */
  private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final InstantSource clock;

    Claims(JwtRules rules, InstantSource clock) {
      super(
          rules.audiences(),
          new JWTClaimsSet.Builder().issuer(rules.issuer()).build(),
          Set.of("exp"),
          Set.of());
      this.clock = clock;
      setMaxClockSkew(Math.toIntExact(rules.skew().toSeconds()));
    }

    @Override
    protected Date currentTime() {
      return Date.from(clock.instant());
    }
  }
}
