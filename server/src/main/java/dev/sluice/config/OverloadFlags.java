package dev.sluice.config;

import dev.sluice.batching.ClientWeights;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Flags of what happens under overload and without memory. Filled in by picocli. */
final class OverloadFlags {
  private static final String WEIGHTS = "client_weights";

  /** What both HTTP and gRPC allow as a name; gRPC's names that end so have binary values. */
  private static final Pattern HEADER = Pattern.compile("[0-9A-Za-z_.-]+(?<!-[Bb][Ii][Nn])");

  private static final int MOST_RESERVE_MB = 1 << 20;

  @Option(
      names = "--max_queue_ms",
      description =
          "How long a request may have to wait for a version where more than 128 do; more are"
              + " refused. 0: as long as it takes.")
  int maxQueueMs = 10_000;

  @Option(
      names = "--client_header",
      description =
          "The header, and gRPC metadata, that names a request's client; then clients share each"
              + " version fairly when they want more of it than there is.")
  String clientHeader = "";

  @Option(
      names = "--client_weights",
      description =
          "How clients share a version, as CLIENT=WEIGHT,...; a client that is not named has 1.")
  String clientWeights = "";

  @Option(
      names = "--memory_check",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description =
          "Refuse loads, and large requests, for which the machine or the container has no memory"
              + " left.")
  boolean memoryCheck = true;

  @Option(names = "--memory_reserve_mb", description = "How much memory such a load must leave.")
  int memoryReserveMb = 128;

  OverloadSettings overload() throws ConfigException {
    return new OverloadSettings(
        Duration.ofMillis(Checks.atLeast("max_queue_ms", maxQueueMs, 0)),
        header(),
        weights(),
        new OverloadSettings.Memory(
            memoryCheck,
            (long) Checks.inRange("memory_reserve_mb", memoryReserveMb, 0, MOST_RESERVE_MB) << 20));
  }

  private Optional<String> header() throws ConfigException {
    if (clientHeader.isEmpty()) {
      return Optional.empty();
    }
    if (!HEADER.matcher(clientHeader).matches()) {
      throw ConfigException.invalid(
          "--client_header=%s: expected the name of a header, of letters, digits and _.- and not"
                  .formatted(clientHeader)
              + " ending in -bin");
    }
    return Optional.of(clientHeader);
  }

  private ClientWeights weights() throws ConfigException {
    String expected = "CLIENT=weight with weights from 0.001 to 1000";
    ModelNumbers numbers = ModelNumbers.parse(WEIGHTS, clientWeights, expected, 0.001, 1000);
    if (numbers.common().isPresent()) {
      throw ConfigException.invalid(
          "--%s=%s: expected %s, found a number without a client"
              .formatted(WEIGHTS, clientWeights, expected));
    }
    return new ClientWeights(numbers.byModel());
  }
}
