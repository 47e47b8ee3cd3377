package dev.sluice.auth.file;

import dev.sluice.auth.Authenticator;
import dev.sluice.auth.Principal;
import dev.sluice.auth.verify.Verifier;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ContentDigest;
import dev.sluice.config.Notices;
import dev.sluice.servable.ServingException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Admits whom the operator's file admits now. {@link #poll} is called by one thread; anybody may
 * authenticate.
 */
public final class LiveAuthenticator implements Authenticator {
  private final Path file;
  private final Function<String, @Nullable String> environment;
  private final InstantSource clock;
  private final Notices notices;
  private final KeySets keySets;
  private List<Path> watched;
  private String digest;
  private volatile Verifier current;

  /**
   * Reads a file.
   *
   * @param environment where {@code env:} leads to
   * @throws ConfigException if it cannot be used
   */
  public LiveAuthenticator(
      Path file,
      Function<String, @Nullable String> environment,
      InstantSource clock,
      Notices notices)
      throws ConfigException {
    this.file = file;
    this.environment = environment;
    this.clock = clock;
    this.notices = notices;
    this.keySets = new KeySets(clock, notices.problems());
    this.watched = List.of(file);
    this.digest = ContentDigest.of(watched);
    this.current = load();
  }

  /**
   * Reads the file, and again if only then it is known what other files it depends on: the digest
   * must be older than what was read, so that no change between the two is missed.
   */
  private Verifier load() throws ConfigException {
    while (true) {
      digest = ContentDigest.of(watched);
      Secrets secrets = new Secrets(environment);
      List<Path> before = watched;
      try {
        AuthFile.Contents contents = AuthFile.read(file, secrets, keySets, clock);
        watched = filesOf(secrets);
        if (watched.equals(before)) {
          keySets.retain(contents.sources());
          return new Verifier(contents.admitted(), clock);
        }
      } catch (ConfigException e) {
        watched = filesOf(secrets);
        digest = ContentDigest.of(watched);
        throw e;
      }
    }
  }

  private List<Path> filesOf(Secrets secrets) {
    List<Path> files = new ArrayList<>(List.of(file));
    files.addAll(secrets.files());
    return List.copyOf(files);
  }

  /**
   * Reads again what has changed, and fetches the keys of issuers that are due. A file that cannot
   * be used changes nothing.
   */
  public void poll() throws InterruptedException {
    if (!ContentDigest.of(watched).equals(digest)) {
      reload();
    }
    if (keySets.refresh()) {
      current.forget();
    }
  }

  private void reload() {
    try {
      current = load();
      notices.changes().accept(file + " has changed and holds from now on");
    } catch (ConfigException e) {
      notices
          .problems()
          .accept("What was read before still holds, for it cannot be used: " + e.text());
    }
  }

  @Override
  public Principal authenticate(
      @Nullable String authorization,
      @Nullable String apiKey,
      @Nullable X509Certificate certificate)
      throws ServingException {
    return current.authenticate(authorization, apiKey, certificate);
  }
}
