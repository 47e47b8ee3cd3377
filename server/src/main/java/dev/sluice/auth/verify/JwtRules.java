package dev.sluice.auth.verify;

import com.nimbusds.jose.JWSAlgorithm;
import dev.sluice.auth.ModelPattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which tokens of an issuer are valid, and what they allow.
 *
 * @param issuer the claim {@code iss}
 * @param audiences one of which must be in the claim {@code aud}
 * @param algorithms by which they may be signed; all with a public key
 * @param scopesClaim the claim that lists scopes; dots lead into objects
 * @param scopePrefix what of the claim's scopes is ours begins with this
 * @param modelsClaim the claim that lists models; empty if there is none
 * @param models of tokens without that claim
 * @param skew by how much clocks may differ
 */
public record JwtRules(
    String issuer,
    Set<String> audiences,
    Set<JWSAlgorithm> algorithms,
    String scopesClaim,
    String scopePrefix,
    String modelsClaim,
    List<ModelPattern> models,
    Duration skew) {
  /**
   * All that may be allowed, by their names: none that signs nothing, and none whose secret both
   * sides know, so that nobody can pass off a public key as such a secret.
   */
  public static final Map<String, JWSAlgorithm> ALGORITHMS =
      Stream.of(
              JWSAlgorithm.RS256,
              JWSAlgorithm.RS384,
              JWSAlgorithm.RS512,
              JWSAlgorithm.PS256,
              JWSAlgorithm.PS384,
              JWSAlgorithm.PS512,
              JWSAlgorithm.ES256,
              JWSAlgorithm.ES384,
              JWSAlgorithm.ES512)
          .collect(Collectors.toUnmodifiableMap(JWSAlgorithm::getName, algorithm -> algorithm));

  /** Copies the collections. */
  public JwtRules {
    audiences = Set.copyOf(audiences);
    algorithms = Set.copyOf(algorithms);
    models = List.copyOf(models);
  }
}
