package dev.sluice.lifecycle;

/**
 * One version as a policy sees it.
 *
 * @param aspired true if the source wants it; one that is still being unloaded when it is wanted
 *     again will be made anew once it has gone
 */
public record VersionSnapshot(long version, Phase phase, boolean aspired) {}
