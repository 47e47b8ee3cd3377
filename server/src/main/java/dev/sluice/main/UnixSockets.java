package dev.sluice.main;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Says whether a Unix socket can be opened under a name. */
final class UnixSockets {
  /** What the address of a socket has room for, unix(7), without the NUL at its end. */
  private static final int LONGEST = 107;

  /** Parts of a file's mode, inode(7). */
  private static final int FILE_TYPE = 0170000;

  private static final int SOCKET_TYPE = 0140000;

  private UnixSockets() {}

  /**
   * Fails if the name cannot be that of a socket of ours. One that is left from a server that has
   * ended is no hindrance: the transport removes whatever has the name before it binds, which is
   * why anything else must be refused here.
   */
  static void check(Path socket) throws IOException {
    String where = "socket " + socket;
    int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST) {
      throw new IOException(
          "%s: the name has %d bytes, expected at most %d".formatted(where, length, LONGEST));
    }
    Path directory = socket.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new IOException(where + ": there is no directory " + directory);
    }
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!isSocket(socket)) {
      throw new IOException(where + ": there is a file of that name, which is no socket");
    }
    if (isAnswered(socket)) {
      throw new IOException(where + ": another server answers there");
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    return Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode
        && (mode & FILE_TYPE) == SOCKET_TYPE;
  }

  private static boolean isAnswered(Path socket) {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return client.isConnected();
    } catch (IOException nobody) {
      return false;
    }
  }
}
