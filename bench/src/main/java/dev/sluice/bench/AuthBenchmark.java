package dev.sluice.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.auth.Authenticator;
import dev.sluice.auth.Door;
import dev.sluice.auth.Gate;
import dev.sluice.auth.Grant;
import dev.sluice.auth.ModelPattern;
import dev.sluice.auth.Operation;
import dev.sluice.auth.Principal;
import dev.sluice.auth.verify.ApiKey;
import dev.sluice.auth.verify.JwtIssuer;
import dev.sluice.auth.verify.JwtRules;
import dev.sluice.auth.verify.KeySet;
import dev.sluice.auth.verify.Verifier;
import dev.sluice.servable.ServingException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs a request to be let in: from its header to the answer that its principal may run
 * its model. Run with {@code -prof gc}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuthBenchmark {
  private static final String ISSUER = "https://issuer.example";
  private static final String AUDIENCE = "sluice";
  private static final int KEYS = 100;

  /** What clients show: a key of 36 characters, or a token of 600 signed by RSA. */
  @Param({"key", "token"})
  public String credential = "key";

  private Gate gate = new Gate(Authenticator.NONE, Door.OPEN);
  private Operation operation = Operation.of("", "");
  private String header = "";
  private Verifier verifier =
      new Verifier(
          new Verifier.Admitted(List.of(), List.of(), List.of(), null), InstantSource.system());

  /** Admits the client among others, and has its credential verified once. */
  @Setup(Level.Trial)
  public void start() throws JOSEException, InterruptedException, ServingException {
    RSAKey key = new RSAKeyGenerator(2048).keyID("k").generate();
    String published = new JWKSet(key).toString(true);
    KeySet keys =
        new KeySet(
            "keys", () -> published, Duration.ofDays(1), InstantSource.system(), warning -> {});
    keys.refresh();
    JwtRules rules =
        new JwtRules(
            ISSUER,
            Set.of(AUDIENCE),
            Set.of(JWSAlgorithm.RS256),
            "scope",
            "",
            "models",
            List.of(),
            Duration.ofSeconds(60));
    String apiKey = UUID.randomUUID().toString();
    Principal owner =
        new Principal(
            "web",
            List.of(
                new Grant(
                    Set.of(dev.sluice.auth.Scope.INFER),
                    List.of(new ModelPattern("rank-*"), new ModelPattern("digits")))));
    List<ApiKey> apiKeys =
        Stream.iterate(apiKey, last -> UUID.randomUUID().toString())
            .limit(KEYS)
            .map(one -> new ApiKey(ApiKey.digest(one), owner))
            .toList();
    verifier =
        new Verifier(
            new Verifier.Admitted(
                apiKeys,
                List.of(new JwtIssuer(rules, keys, InstantSource.system())),
                List.of(),
                null),
            InstantSource.system());
    gate = new Gate(verifier, Door.OPEN);
    operation = Operation.of("/v1/models/{model}:predict", "digits");
    header = "Bearer " + (credential.equals("key") ? apiKey : token(key));
    admit();
  }

  private static String token(RSAKey key) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject("somebody")
                .claim("scope", "infer")
                .claim("models", List.of("rank-*", "digits"))
                .expirationTime(Date.from(Instant.now().plus(Duration.ofHours(1))))
                .build());
    token.sign(new RSASSASigner(key));
    return token.serialize();
  }

  /** A credential that has been verified before. */
  @Benchmark
  public void admit() throws ServingException {
    gate.require(operation, header, null, null);
  }

  /** One that comes for the first time. */
  @Benchmark
  public void verify() throws ServingException {
    verifier.forget();
    gate.require(operation, header, null, null);
  }
}
