package dev.sluice.metrics;

import java.util.List;

/** Finds out values when a page is made: what need not be counted all the time. */
@FunctionalInterface
public interface Sampler {
  /** Returns the families, those that can be known. Called by any thread, also by several. */
  List<Sampled> sample();
}
