package dev.sluice.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.auth.Scope;
import dev.sluice.config.ConfigException;
import dev.sluice.config.Notices;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveAuthenticatorTest {
  private static final String FIRST = "first-key-0123456789";
  private static final String SECOND = "second-key-0123456789";

  /** What sha256sum says of {@code first-key-0123456789}. */
  private static final String FIRST_DIGEST =
      "ed60d7524db22ad19f689c46a00a2727410202cbc0741c6dd703bab53473c348";

  @TempDir private Path scratch;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> news = new ArrayList<>();

  private Path write(String name, String text) throws IOException {
    return Files.writeString(scratch.resolve(name), text);
  }

  private LiveAuthenticator open(String text) throws Exception {
    return new LiveAuthenticator(
        write("auth.yaml", text),
        environment::get,
        InstantSource.system(),
        new Notices(news::add, news::add));
  }

  private String refusal(String text) {
    return assertThrows(ConfigException.class, () -> open(text)).text();
  }

  private static String nameOf(LiveAuthenticator authenticator, String key)
      throws ServingException {
    return authenticator.authenticate(null, key, null).name();
  }

  @Test
  void keysAreDigestsOrLieElsewhere() throws Exception {
    environment.put("OPS_KEY", SECOND + "\n");
    Path secret = write("secret", "third-key-0123456789\n");
    LiveAuthenticator authenticator =
        open(
            """
            anonymous:
              scopes: [metrics]
            api_keys:
              - name: web
                sha256: "%s"
                scopes: [infer]
                models: ["a*", b]
              - {name: ops, key: "env:OPS_KEY", scopes: admin}
              - {name: batch, key: "file:%s", scopes: [infer]}
            """
                .formatted(FIRST_DIGEST, secret));
    assertEquals("web", nameOf(authenticator, FIRST));
    assertTrue(authenticator.authenticate(null, FIRST, null).may(Scope.INFER, "b"));
    assertFalse(authenticator.authenticate(null, FIRST, null).may(Scope.INFER, "c"));
    assertEquals("ops", nameOf(authenticator, SECOND));
    assertTrue(authenticator.authenticate(null, SECOND, null).mayForEvery(Scope.ADMIN));
    assertEquals("batch", nameOf(authenticator, "third-key-0123456789"));
    assertTrue(authenticator.authenticate(null, null, null).mayForSome(Scope.METRICS));
    assertFalse(authenticator.authenticate(null, null, null).mayForSome(Scope.INFER));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "api_key: []|1:1: api_key: unknown key; expected one of",
        "api_keys: [{name: a, scopes: [infer]}]|1:12: api_keys[0].key: expected either sha256",
        "api_keys: [{name: a, sha256: '12', scopes: [infer]}]|api_keys[0].sha256: expected 64 hexadecimal",
        "api_keys: [{name: a, key: 'clear-text-of-a-key', scopes: [infer]}]|api_keys[0].key: expected file: and",
        "api_keys: [{name: a, key: 'env:NONE', scopes: [infer]}]|found nothing in the environment",
        "api_keys: [{name: a, key: 'env:SHORT', scopes: [infer]}]|a key of at least 16 characters, found a shorter",
        "api_keys: [{name: a, key: 'env:KEY', scopes: [root]}]|scopes: expected some of [metrics, infer, admin]",
        "api_keys: [{name: a, key: 'env:KEY'}]|scopes: expected some of [metrics, infer, admin]",
        "api_keys: [{key: 'env:KEY', scopes: [infer]}]|api_keys[0].name: expected a text, found no such key",
        "api_keys: [{name: a, key: 'env:KEY', scopes: [infer]}, {name: b, key: 'env:KEY', scopes: [infer]}]|not listed twice",
        "client_certificates: [{name: a, scopes: [infer]}]|either subject",
        "client_certificates: [{name: a, subject: 'no name', scopes: [infer]}]|a distinguished name",
        "jwt: [{issuer: i, jwks: 'file:/x'}]|jwt[0].audience: expected whom the tokens are for",
        "jwt: [{issuer: i, audience: a, jwks: 'http://x'}]|jwt[0].jwks: expected a URL of https",
        "jwt: [{issuer: i, audience: a, jwks: 'file:/x', algorithms: [none]}]|expected some of [ES256",
        "jwt: [{issuer: i, audience: a, jwks: 'file:/x', algorithms: [HS256]}]|expected some of [ES256",
        "jwt: [{audience: a, jwks: 'file:/x'}]|jwt[0].issuer: expected a text",
      })
  void whatIsWrongIsNamedWithItsPlace(String text, String expected) {
    environment.put("KEY", FIRST);
    environment.put("SHORT", "0123456789");
    String refusal = refusal(text);
    assertTrue(refusal.contains(expected), refusal);
    assertTrue(refusal.startsWith(scratch.resolve("auth.yaml") + ":"), refusal);
    assertFalse(refusal.contains("clear-text"), refusal);
    assertFalse(refusal.contains(FIRST), refusal);
  }

  private static String admitting(String name, String key) {
    return "api_keys: [{name: %s, key: 'file:%s', scopes: [infer]}]".formatted(name, key);
  }

  @Test
  void whatChangesHoldsAtTheNextLook() throws Exception {
    Path secret = write("secret", FIRST);
    LiveAuthenticator authenticator = open(admitting("old", secret.toString()));
    authenticator.poll();
    assertEquals(List.of(), news);
    assertEquals("old", nameOf(authenticator, FIRST));
    write("auth.yaml", admitting("new", secret.toString()));
    authenticator.poll();
    assertEquals("new", nameOf(authenticator, FIRST));
    write("secret", SECOND);
    authenticator.poll();
    assertEquals("new", nameOf(authenticator, SECOND));
    assertThrows(ServingException.class, () -> nameOf(authenticator, FIRST));
    assertEquals(2, news.size(), news::toString);
  }

  @Test
  void whatCannotBeUsedChangesNothingUntilItIsMended() throws Exception {
    Path secret = write("secret", FIRST);
    LiveAuthenticator authenticator = open(admitting("old", secret.toString()));
    write("auth.yaml", admitting("new", scratch.resolve("missing").toString()));
    authenticator.poll();
    authenticator.poll();
    assertEquals(1, news.size(), news::toString);
    assertTrue(news.getFirst().contains("still holds"), news::toString);
    assertEquals("old", nameOf(authenticator, FIRST));
    write("missing", SECOND);
    authenticator.poll();
    assertEquals("new", nameOf(authenticator, SECOND));
  }

  /** Volumes of Kubernetes change by one link that is turned. */
  @Test
  void aLinkThatIsTurnedIsAChange() throws Exception {
    Files.createDirectories(scratch.resolve("v1"));
    Files.createDirectories(scratch.resolve("v2"));
    write("v1/key", FIRST);
    write("v2/key", SECOND);
    Path data = Files.createSymbolicLink(scratch.resolve("..data"), Path.of("v1"));
    LiveAuthenticator authenticator = open(admitting("a", data.resolve("key").toString()));
    assertEquals("a", nameOf(authenticator, FIRST));
    Path next = Files.createSymbolicLink(scratch.resolve("..next"), Path.of("v2"));
    Files.move(next, data, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    authenticator.poll();
    assertEquals("a", nameOf(authenticator, SECOND));
  }
}
