package dev.sluice.main;

import java.io.IOException;
import java.net.ServerSocket;

/** Opens ports with errors that name the flag, since two ports are easily confused. */
final class Ports {
  /** Opens something. */
  @FunctionalInterface
  interface Opener<T> {
    T open() throws IOException;
  }

  private Ports() {}

  /**
   * Fails if a port is taken, before models are loaded for minutes; 0 means that none is wanted.
   * The port may still be taken later, so {@link #open} checks again.
   */
  static void probe(String flag, int port) throws IOException {
    if (port == 0) {
      return;
    }
    open(
        flag,
        () -> {
          try (ServerSocket socket = new ServerSocket(port)) {
            return socket.getLocalPort();
          } catch (IOException e) {
            throw new IOException("port " + port + ": " + e.getMessage(), e);
          }
        });
  }

  static <T> T open(String flag, Opener<T> opener) throws IOException {
    try {
      return opener.open();
    } catch (IOException e) {
      throw new IOException(flag + ": cannot open " + e.getMessage(), e);
    }
  }
}
