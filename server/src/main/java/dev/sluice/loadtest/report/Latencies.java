package dev.sluice.loadtest.report;

/** Percentiles of the latency, in nanoseconds. */
public record Latencies(
    long count, double mean, long p50, long p90, long p99, long p999, long max) {}
