package dev.sluice.loadtest.report;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What was asked of whom.
 *
 * @param toolVersion Sluice's
 * @param protocol {@code rest} or {@code grpc}
 * @param server protocol and address, for people
 * @param version the one that answered before the load; empty if the server did not say
 * @param check {@code none}, {@code shape} or {@code same}
 */
public record About(
    String toolVersion,
    String protocol,
    String url,
    String server,
    String model,
    OptionalLong version,
    String signature,
    boolean open,
    Duration duration,
    Duration warmup,
    Optional<Duration> deadline,
    String check,
    Input input) {
  /**
   * What was sent.
   *
   * @param text for people
   * @param file empty if the requests were made
   * @param bytes of the first body or message
   */
  public record Input(
      String text,
      Optional<String> file,
      int requests,
      OptionalInt batch,
      OptionalLong seed,
      int bytes) {}
}
