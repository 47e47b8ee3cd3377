package dev.sluice.auth.verify;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.auth.Principal;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
  private final TokenCache cache = new TokenCache();
  private final Principal principal = new Principal("p", List.of());

  @Test
  void findsATokenInWhateverHeaderItComes() {
    cache.put("Bearer token", 7, principal, 100);
    assertSame(principal, cache.get("Bearer token", 7, 0));
    assertSame(principal, cache.get("token", 0, 0));
    assertNull(cache.get("tokem", 0, 0));
    assertNull(cache.get("toke", 0, 0));
    assertNull(cache.get("token ", 0, 0));
  }

  /** Every position counts, in whole words and in the rest. */
  @Test
  void tellsTokensApartThatDifferInOneCharacter() {
    String token = "0123456789abcdefghijk";
    cache.put(token, 0, principal, 100);
    for (int i = 0; i < token.length(); i++) {
      assertNull(cache.get(token.substring(0, i) + "#" + token.substring(i + 1), 0, 0));
    }
    assertSame(principal, cache.get(token, 0, 0));
  }

  @Test
  void forgetsWhatHasExpired() {
    cache.put("token", 0, principal, 100);
    assertSame(principal, cache.get("token", 0, 99));
    assertNull(cache.get("token", 0, 100));
  }

  @Test
  void aNewTimeReplacesTheOld() {
    cache.put("token", 0, principal, 100);
    cache.put("token", 0, principal, 200);
    assertSame(principal, cache.get("token", 0, 150));
  }

  @Test
  void forgetsEverythingAtOnce() {
    cache.put("token", 0, principal, 100);
    cache.clear();
    assertNull(cache.get("token", 0, 0));
  }

  @Test
  void keepsNoLongTokens() {
    String longest = "x".repeat(TokenCache.LONGEST);
    cache.put(longest, 0, principal, 100);
    cache.put(longest + "x", 0, principal, 100);
    assertSame(principal, cache.get(longest, 0, 0));
    assertNull(cache.get(longest + "x", 0, 0));
  }

  /** As many tokens as there is room for are nearly all kept, and what is kept stays bounded. */
  @Test
  void crowdsOutWhatExpiresFirst() {
    for (int i = 0; i < 100_000; i++) {
      cache.put("token-" + i, 0, principal, 1000 + i);
    }
    int kept = 0;
    for (int i = 0; i < 100_000; i++) {
      kept += cache.get("token-" + i, 0, 0) == null ? 0 : 1;
    }
    assertTrue(kept > 3500 && kept <= 4096, "kept " + kept);
    assertSame(principal, cache.get("token-99999", 0, 0));
  }
}
