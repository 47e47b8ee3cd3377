package dev.sluice.engine;

/**
 * What a version needs.
 *
 * @param memoryBytes main memory in bytes
 */
public record ResourceEstimate(long memoryBytes) {}
