package dev.sluice.metrics;

import java.util.Map;

/**
 * What is measured of one version of a model, as of one moment. Counts begin with its load.
 *
 * @param requests how many requests have ended, by the number of their code
 * @param durations of all requests, in seconds
 * @param queueTimes how long requests waited for their runs, in seconds
 * @param batchRows rows of the runs
 * @param inFlight how many requests hold the version now
 * @param queueLength how many of those wait for a run
 * @param memoryBytes what its load took; -1 if that is not known
 */
public record VersionNumbers(
    String model,
    long version,
    Map<Integer, Long> requests,
    Distribution durations,
    Distribution queueTimes,
    Distribution batchRows,
    long inFlight,
    long queueLength,
    long memoryBytes) {
  public VersionNumbers {
    requests = Map.copyOf(requests);
  }
}
