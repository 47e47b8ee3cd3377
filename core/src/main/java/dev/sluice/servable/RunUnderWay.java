package dev.sluice.servable;

/**
 * A run that has begun and not ended, for those who watch whether runs end.
 *
 * @param id the same at two looks only if it is the same run of the same servable
 * @param usualNanos what such runs usually take; 0 if nothing is known
 */
public record RunUnderWay(long id, long usualNanos) {}
