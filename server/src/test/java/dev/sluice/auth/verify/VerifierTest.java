package dev.sluice.auth.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.auth.Grant;
import dev.sluice.auth.ModelPattern;
import dev.sluice.auth.Principal;
import dev.sluice.auth.Scope;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerifierTest {
  private static final String KEY = "0123456789abcdef";

  private final MovingClock clock = new MovingClock();
  private final List<String> warnings = new ArrayList<>();
  private final Principal owner =
      new Principal(
          "owner", List.of(new Grant(Set.of(Scope.INFER), List.of(new ModelPattern("*")))));
  private final Tokens tokens;
  private final KeySet keys;
  private final Verifier verifier;
  private String published;

  VerifierTest() throws Exception {
    tokens = new Tokens(clock, "first");
    published = tokens.keySet();
    keys = new KeySet("keys", () -> published, Duration.ofMinutes(5), clock, warnings::add);
    verifier =
        new Verifier(
            new Verifier.Admitted(
                List.of(new ApiKey(ApiKey.digest(KEY), owner)),
                List.of(new JwtIssuer(rules("scope", ""), keys, clock)),
                List.of(),
                null),
            clock);
  }

  @BeforeEach
  void fetchKeys() throws InterruptedException {
    assertTrue(keys.refresh());
  }

  private static JwtRules rules(String scopesClaim, String scopePrefix) {
    return new JwtRules(
        Tokens.ISSUER,
        Set.of(Tokens.AUDIENCE, "another"),
        Set.of(JWSAlgorithm.ES256),
        scopesClaim,
        scopePrefix,
        "models",
        List.of(),
        Duration.ofSeconds(60));
  }

  private Principal bearer(String token) throws ServingException {
    return verifier.authenticate("Bearer " + token, null, null);
  }

  /** Asserts that a token is refused, and not quoted. */
  private String refusal(String token) {
    ServingException failure = assertThrows(ServingException.class, () -> bearer(token));
    assertEquals(Code.UNAUTHENTICATED, failure.code());
    for (String part : token.split("\\.", -1)) {
      assertFalse(part.length() > 4 && failure.text().contains(part), failure::text);
    }
    return failure.text();
  }

  @Test
  void aKeyIsTakenInEitherHeader() throws ServingException {
    assertSame(owner, bearer(KEY));
    assertSame(owner, verifier.authenticate("bearer " + KEY, null, null));
    assertSame(owner, verifier.authenticate(null, KEY, null));
    assertSame(owner, verifier.authenticate("Basic eDp5", KEY, null));
  }

  @Test
  void strangersAreTurnedAway() {
    assertEquals(
        "Expected a token in the header Authorization: Bearer or X-Api-Key, found none",
        assertThrows(ServingException.class, () -> verifier.authenticate(null, null, null)).text());
    assertEquals(
        "The header Authorization: expected Bearer and a token, found another scheme",
        assertThrows(ServingException.class, () -> verifier.authenticate("Basic eDp5", null, null))
            .text());
    assertTrue(refusal("0123456789abcdeF").contains("no API key"));
    assertTrue(refusal("").contains("not valid"));
  }

  @Test
  void aTokenSaysScopesAndModels() throws Exception {
    Principal principal = bearer(tokens.sign(tokens.claims().build()));
    assertEquals("somebody", principal.name());
    assertTrue(principal.may(Scope.INFER, "abc"));
    assertFalse(principal.may(Scope.INFER, "b"));
    assertFalse(principal.may(Scope.ADMIN, "abc"));
  }

  @Test
  void aTokenWithoutSubjectIsOfAClientToo() throws Exception {
    for (String subject : new String[] {null, ""}) {
      Principal principal = bearer(tokens.sign(tokens.claims().subject(subject).build()));
      assertEquals("a token without subject", principal.clientName());
    }
  }

  @Test
  void scopesMayLieWithinAnObjectAndHaveAPrefix() throws Exception {
    Verifier nested =
        new Verifier(
            new Verifier.Admitted(
                List.of(),
                List.of(new JwtIssuer(rules("realm_access.roles", "sluice:"), keys, clock)),
                List.of(),
                null),
            clock);
    JWTClaimsSet claims =
        tokens
            .claims()
            .claim("realm_access", Map.of("roles", List.of("sluice:admin", "infer")))
            .build();
    Principal principal = nested.authenticate("Bearer " + tokens.sign(claims), null, null);
    assertTrue(principal.may(Scope.ADMIN, "a"));
  }

  @Test
  void aTokenWithoutModelsAllowsNone() throws Exception {
    JWTClaimsSet claims = tokens.claims().claim("models", null).build();
    assertFalse(bearer(tokens.sign(claims)).mayForSome(Scope.INFER));
  }

  @Test
  void whatHasExpiredIsRefused() throws Exception {
    String token = tokens.sign(tokens.claims().build());
    assertEquals("somebody", bearer(token).name());
    clock.move(Duration.ofHours(1).plusSeconds(59));
    assertEquals("somebody", bearer(token).name());
    clock.move(Duration.ofSeconds(2));
    assertTrue(refusal(token).contains("Expired"));
  }

  /** The end of a token counts, also if that comes before what is cached would be looked at. */
  @Test
  void whatIsCachedEndsWithTheToken() throws Exception {
    String token =
        tokens.sign(
            tokens
                .claims()
                .expirationTime(Date.from(clock.instant().plus(Duration.ofSeconds(10))))
                .build());
    assertEquals("somebody", bearer(token).name());
    clock.move(Duration.ofSeconds(71));
    assertTrue(refusal(token).contains("Expired"));
  }

  @Test
  void claimsMustBeThoseExpected() throws Exception {
    assertTrue(refusal(tokens.sign(tokens.claims().audience("x").build())).contains("aud"));
    assertTrue(refusal(tokens.sign(tokens.claims().audience(List.of()).build())).contains("aud"));
    assertTrue(
        refusal(tokens.sign(tokens.claims().issuer("https://x.example").build()))
            .contains("issuer is not one"));
    assertTrue(refusal(tokens.sign(tokens.claims().expirationTime(null).build())).contains("exp"));
    Date later = Date.from(clock.instant().plus(Duration.ofMinutes(5)));
    assertTrue(
        refusal(tokens.sign(tokens.claims().notBeforeTime(later).build())).contains("before"));
  }

  @Test
  void unsignedTokensAreNone() {
    assertTrue(
        refusal(new PlainJWT(tokens.claims().build()).serialize())
            .contains("no signed JSON Web Token"));
  }

  /** Whoever knows the public key must not be able to use it as a shared secret. */
  @Test
  void sharedSecretsAreNotTaken() throws Exception {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(),
            tokens.claims().build());
    token.sign(new MACSigner(tokens.keySet().getBytes(StandardCharsets.UTF_8)));
    assertTrue(refusal(token.serialize()).contains("algorithms [ES256]"));
  }

  @Test
  void aTokenMayNotBeChanged() throws Exception {
    String token = tokens.sign(tokens.claims().build());
    String other = tokens.sign(tokens.claims().claim("scope", "admin").build());
    String[] parts = token.split("\\.", -1);
    String[] otherParts = other.split("\\.", -1);
    assertTrue(
        refusal(parts[0] + "." + otherParts[1] + "." + parts[2]).contains("cannot be verified"));
  }

  @Test
  void newKeysAreFetchedSoonAfterATokenThatNeedsThem() throws Exception {
    Tokens next = new Tokens(clock, "second");
    String token = next.sign(next.claims().build());
    published = next.keySet();
    assertTrue(refusal(token).contains("cannot be verified"));
    assertFalse(keys.refresh(), "not at once: names of keys can be invented");
    clock.move(KeySet.SHORTEST_PERIOD);
    assertTrue(keys.refresh());
    assertEquals("somebody", bearer(token).name());
  }

  @Test
  void whatIsForgottenIsVerifiedAgain() throws Exception {
    String token = tokens.sign(tokens.claims().build());
    assertSame(bearer(token), bearer(token));
    published = new Tokens(clock, "second").keySet();
    clock.move(Duration.ofMinutes(5).minusSeconds(1));
    assertFalse(keys.refresh());
    clock.move(Duration.ofSeconds(1));
    assertTrue(keys.refresh());
    verifier.forget();
    assertTrue(refusal(token).contains("cannot be verified"));
  }

  @Test
  void keysThatCannotBeReadLeaveTheOldOnes() throws Exception {
    published = "{\"keys\": [secret";
    clock.move(Duration.ofMinutes(5));
    assertFalse(keys.refresh());
    clock.move(Duration.ofMinutes(5));
    assertFalse(keys.refresh());
    assertEquals(
        List.of("keys: no keys can be had, those from before still hold: no JSON Web Key Set"),
        warnings);
    assertEquals("somebody", bearer(tokens.sign(tokens.claims().build())).name());
  }

  @Test
  void whoShowsNothingMayBeAdmitted() throws Exception {
    Principal anonymous = new Principal("anonymous", List.of());
    Verifier open =
        new Verifier(new Verifier.Admitted(List.of(), List.of(), List.of(), anonymous), clock);
    assertSame(anonymous, open.authenticate(null, null, null));
    assertEquals(
        "The API key is not valid",
        assertThrows(ServingException.class, () -> open.authenticate(null, KEY, null)).text());
  }
}
