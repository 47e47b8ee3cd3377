package dev.sluice.http;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Clients' addresses as logs have them. */
public final class ClientAddress {
  private ClientAddress() {}

  /** Returns the IP address, without port and name; another kind of address as it is. */
  public static String text(@Nullable SocketAddress address) {
    if (address == null) {
      return "";
    }
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : address.toString();
  }
}
