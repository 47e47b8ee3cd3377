package dev.sluice.lifecycle;

/**
 * One version as a policy sees it.
 *
 * @param aspired true if the source wants it
 */
public record VersionSnapshot(long version, Phase phase, boolean aspired) {}
