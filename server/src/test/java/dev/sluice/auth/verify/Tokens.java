package dev.sluice.auth.verify;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;

/** An issuer of tokens. */
final class Tokens {
  static final String ISSUER = "https://issuer.example";
  static final String AUDIENCE = "sluice";

  private final InstantSource clock;
  private final ECKey key;

  Tokens(InstantSource clock, String keyId) throws JOSEException {
    this.clock = clock;
    this.key = new ECKeyGenerator(Curve.P_256).keyID(keyId).generate();
  }

  ECKey key() {
    return key;
  }

  /** Returns the public key as a JSON Web Key Set. */
  String keySet() {
    return new JWKSet(key).toString(true);
  }

  /** Returns the claims of a valid token. */
  JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .subject("somebody")
        .claim("scope", "openid infer")
        .claim("models", List.of("a*"))
        .expirationTime(Date.from(clock.instant().plus(Duration.ofHours(1))));
  }

  /** Returns a signed token. */
  String sign(JWTClaimsSet claims) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }
}
