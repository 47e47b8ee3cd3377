package dev.sluice.metrics;

/**
 * One sample of a bucket, and where more can be read of it.
 *
 * @param traceId of the trace that has it
 * @param sample in the histogram's unit of recording
 * @param millis when it was recorded, since 1970
 */
record Exemplar(String traceId, long sample, long millis) {}
