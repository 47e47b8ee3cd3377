package dev.sluice.tls;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ContentDigest;
import dev.sluice.config.Notices;
import dev.sluice.config.TlsConfig;
import dev.sluice.config.TlsSource;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the contexts of one source of certificates at what its files say. {@link #poll} is called
 * by one thread.
 */
public final class LiveTls {
  private final TlsSource source;
  private final Notices notices;
  private final List<Follower> followers = new ArrayList<>();
  private String digest = "";

  /** A context and how it is made anew. */
  private record Follower(TlsUse use, LiveSslContext context) {}

  /** Creates a keeper of no contexts. */
  public LiveTls(TlsSource source, Notices notices) {
    this.source = source;
    this.notices = notices;
  }

  /**
   * Returns a context that follows the files; connections that are open keep what they began with.
   *
   * @throws ConfigException with the file and the field that cannot be used
   */
  public SslContext context(TlsUse use) throws ConfigException {
    if (digest.isEmpty()) {
      digest = ContentDigest.of(source.files());
    }
    LiveSslContext context = new LiveSslContext(use.context(source.read()));
    followers.add(new Follower(use, context));
    return context;
  }

  /**
   * Takes over what has changed. What cannot be used changes nothing, such as a key that is not the
   * certificate's, for one may be written before the other.
   */
  public void poll() {
    String now = ContentDigest.of(source.files());
    if (now.equals(digest)) {
      return;
    }
    digest = now;
    try {
      TlsConfig config = source.read();
      List<SslContext> contexts = new ArrayList<>();
      for (Follower follower : followers) {
        contexts.add(follower.use.context(config));
      }
      for (int i = 0; i < contexts.size(); i++) {
        followers.get(i).context.follow(contexts.get(i));
      }
      notices.changes().accept("New certificates hold from now on: " + source.files());
    } catch (ConfigException e) {
      notices
          .problems()
          .accept(
              "The certificates from before still hold, for the new ones cannot be used: "
                  + e.text());
    }
  }
}
