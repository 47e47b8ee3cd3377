package dev.sluice.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Who may do what, on which ports, and how much clients may cost.
 *
 * @param tls how all ports are encrypted; empty: not at all, or gRPC by itself
 * @param authFile who is admitted; empty: everybody, to everything
 */
public record SecuritySettings(
    Optional<TlsSource> tls, Optional<Path> authFile, Ports ports, Bounds bounds) {

  /**
   * Ports for some purposes only.
   *
   * @param admin where admin calls over REST are answered, and then only there; 0 opens none
   * @param adminGrpc likewise over gRPC
   * @param metrics where metrics are read, and then only there; 0 opens none
   * @param adminAddress of the network interface that the admin ports are on; empty: all
   */
  public record Ports(int admin, int adminGrpc, int metrics, String adminAddress) {}

  /**
   * What clients may bring.
   *
   * @param headerBytes of one request's headers
   * @param bodyBytes of one request's body or message
   * @param connections of all ports together
   * @param streams of one gRPC connection at once
   */
  public record Bounds(int headerBytes, long bodyBytes, int connections, int streams) {}
}
