package dev.sluice.api.grpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What a call brings besides its messages. */
final class Headers {
  private Headers() {}

  /** Returns the value of a header whose name has lower case, or null. */
  static @Nullable String text(Metadata headers, String name) {
    return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  /** Returns the client's address as text; empty if it is unknown. */
  static String client(ServerCall<?, ?> call) {
    SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return address == null ? "" : address.toString();
  }
}
