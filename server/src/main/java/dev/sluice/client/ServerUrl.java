package dev.sluice.client;

import dev.sluice.client.tensor.InputException;
import java.net.URI;

/** The address of a server's REST port, as people give it. */
public final class ServerUrl {
  /** Where a server is unless it was started otherwise. */
  public static final String DEFAULT = "http://127.0.0.1:8501";

  private static final int DEFAULT_PORT = 8501;

  private ServerUrl() {}

  /**
   * Reads an address, such as {@code host}, {@code host:8501} or {@code https://host/path}; the
   * result has no slash at its end.
   *
   * @param option that has it, for the message
   * @throws InputException if it is none
   */
  public static URI parse(String option, String url) throws InputException {
    try {
      URI uri = URI.create((url.contains("://") ? url : "http://" + url).replaceAll("/+$", ""));
      boolean bare = !url.contains("://") && uri.getPort() < 0;
      if (uri.getHost() != null && (isScheme(uri, "http") || isScheme(uri, "https"))) {
        return bare ? URI.create("http://" + uri.getHost() + ":" + DEFAULT_PORT) : uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new InputException(
        "%s=%s: expected an address such as %s".formatted(option, url, DEFAULT));
  }

  private static boolean isScheme(URI uri, String scheme) {
    return scheme.equalsIgnoreCase(uri.getScheme());
  }
}
