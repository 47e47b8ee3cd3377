package dev.sluice.main;

import dev.sluice.config.SecuritySettings;
import dev.sluice.config.ServerSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Opens ports with errors that name the flag, since two ports are easily confused. */
final class Ports {
  /** Opens something. */
  @FunctionalInterface
  interface Opener<T> {
    T open() throws IOException;
  }

  private Ports() {}

  /**
   * Fails if what a server is to listen on cannot be had, before models are loaded for minutes. It
   * may still be taken later, so {@link #open} checks again.
   */
  static void probe(ServerSettings settings) throws IOException {
    int grpc = settings.grpc().port();
    int rest = settings.rest().port();
    if (grpc == rest && grpc != 0) {
      throw new IOException(
          "--port and --rest_api_port: both are %d; expected two different ports".formatted(grpc));
    }
    // A port that several processes share is in use, and can be opened.
    if (!new GrpcTuning(settings.grpc().channelArguments(), line -> {}).sharesPort()) {
      probe("--port", grpc);
    }
    probe("--rest_api_port", rest);
    probeOthers(settings, List.of(grpc, rest));
    if (settings.grpc().socketPath().isPresent()) {
      Path socket = settings.grpc().socketPath().get();
      open(
          "--grpc_socket_path",
          () -> {
            UnixSockets.check(socket);
            return socket;
          });
    }
  }

  private static void probeOthers(ServerSettings settings, List<Integer> usual) throws IOException {
    SecuritySettings.Ports ports = settings.security().ports();
    Map<String, Integer> flags = new LinkedHashMap<>();
    flags.put("--admin_port", ports.admin());
    flags.put("--admin_grpc_port", ports.adminGrpc());
    flags.put("--metrics_port", ports.metrics());
    List<Integer> taken = new ArrayList<>(usual);
    for (Map.Entry<String, Integer> flag : flags.entrySet()) {
      if (flag.getValue() != 0 && taken.contains(flag.getValue())) {
        throw new IOException(
            "%s: %d is the port of another flag; expected one of its own"
                .formatted(flag.getKey(), flag.getValue()));
      }
      taken.add(flag.getValue());
      probe(flag.getKey(), flag.getValue());
    }
  }

  /** Returns an address to listen on; an empty host stands for all network interfaces. */
  static InetSocketAddress address(String host, int port) {
    return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
  }

  private static void probe(String flag, int port) throws IOException {
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
