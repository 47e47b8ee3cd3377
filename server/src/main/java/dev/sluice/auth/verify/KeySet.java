package dev.sluice.auth.verify;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of an issuer, as they were when they were last fetched.
 *
 * <p>{@link #refresh} is called by one thread, often, and fetches when it is due: after a period,
 * or soon after a token came whose key is not there, for issuers change their keys. Everything else
 * may be called by any thread and does not block.
 */
public final class KeySet implements JWKSource<SecurityContext> {
  /** Whoever invents names of keys must not make us ask the issuer all the time. */
  static final Duration SHORTEST_PERIOD = Duration.ofSeconds(10);

  private final String name;
  private final Fetch fetch;
  private final Duration period;
  private final InstantSource clock;
  private final Consumer<String> warnings;
  private volatile JWKSet keys = new JWKSet();
  private volatile boolean missed;

  /** When it was last tried, in milliseconds. Of the refreshing thread. */
  private long tried;

  private String text = "";
  private String problem = "";

  /** Gets the text of a JSON Web Key Set. Blocks. */
  @FunctionalInterface
  public interface Fetch {
    /** Returns the text. */
    String get() throws IOException, InterruptedException;
  }

  /**
   * Creates an empty set.
   *
   * @param name for messages
   * @param warnings takes why the keys could not be had, once
   */
  public KeySet(
      String name, Fetch fetch, Duration period, InstantSource clock, Consumer<String> warnings) {
    this.name = name;
    this.fetch = fetch;
    this.period = period;
    this.clock = clock;
    this.warnings = warnings;
    this.tried = Long.MIN_VALUE;
  }

  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) {
    List<JWK> found = selector.select(keys);
    if (found.isEmpty()) {
      missed = true;
    }
    return found;
  }

  /**
   * Fetches the keys if that is due. What cannot be fetched or read changes nothing.
   *
   * @return true if they are others than before
   */
  public boolean refresh() throws InterruptedException {
    long now = clock.millis();
    long wait =
        (missed && SHORTEST_PERIOD.compareTo(period) < 0 ? SHORTEST_PERIOD : period).toMillis();
    if (tried != Long.MIN_VALUE && now - tried < wait) {
      return false;
    }
    tried = now;
    missed = false;
    try {
      String fetched = fetch.get();
      boolean changed = !fetched.equals(text);
      if (changed) {
        keys = JWKSet.parse(fetched).toPublicJWKSet();
        text = fetched;
      }
      problem = "";
      return changed;
    } catch (IOException | ParseException e) {
      warnOnce(
          "%s: no keys can be had, those from before still hold: %s".formatted(name, reason(e)));
      return false;
    }
  }

  /** A text that is no key set may hold a secret. */
  private static String reason(Exception failure) {
    return failure instanceof ParseException ? "no JSON Web Key Set" : failure.toString();
  }

  private void warnOnce(String warning) {
    if (!warning.equals(problem)) {
      problem = warning;
      warnings.accept(warning);
    }
  }
}
