package dev.sluice.loadtest.wire;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a wire needs to know.
 *
 * @param address the server's, resolved
 * @param connections how many connections this wire has
 * @param messages what calls send, by number: whole HTTP requests, or protobuf messages
 * @param keepAnswers false if nobody looks at answers, so that they need not be copied
 * @param deadline after which a call is given up; counts from its intended time
 */
public record WireSettings(
    InetSocketAddress address,
    int connections,
    List<byte[]> messages,
    boolean keepAnswers,
    Optional<Duration> deadline) {
  /** Returns the deadline in nanoseconds, or 0 for none. */
  long deadlineNanos() {
    return deadline.map(Duration::toNanos).orElse(0L);
  }

  /** Returns {@code host:port} as the user wrote it. */
  String authority() {
    String host = address.getHostString();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }
}
