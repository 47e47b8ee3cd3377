package dev.sluice.config;

import dev.sluice.batching.ClientWeights;
import java.time.Duration;
import java.util.Optional;

/**
 * What happens when there is more to do than the machine can, beyond what the number of requests
 * bounds.
 *
 * @param longestWait how long a request may have to wait for a version where many do; zero: for as
 *     long as it takes
 * @param clientHeader names the client of a request; empty: no header does
 * @param clients how clients share a version
 * @param memory what a load may take
 */
public record OverloadSettings(
    Duration longestWait, Optional<String> clientHeader, ClientWeights clients, Memory memory) {
  /**
   * Memory of the machine, or of the container.
   *
   * @param checked true if loads and large requests are refused that would not fit
   * @param reserveBytes what must be left then
   */
  public record Memory(boolean checked, long reserveBytes) {}
}
