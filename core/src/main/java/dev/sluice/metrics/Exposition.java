package dev.sluice.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The page of all that is measured, in a form of today's conventions: Sluice's own families, what
 * samplers find, and those that have other servers' names. Thread-safe.
 *
 * <p>A page of many models is large and takes a while: it is not to be made on an event loop.
 */
public final class Exposition {
  private final MetricRegistry own;
  private final MetricRegistry others;
  private final List<Sampler> samplers;

  /**
   * Creates the page of a server.
   *
   * @param others the families that have other servers' names
   */
  public Exposition(ServingMetrics metrics, MetricRegistry others, List<Sampler> samplers) {
    this.own = metrics.own().registry();
    this.others = others;
    this.samplers = List.copyOf(samplers);
  }

  /** Returns the page. */
  public String page(PageFormat format) {
    ExpositionText text = new ExpositionText(format);
    own.families().forEach(text::family);
    List<Sampled> sampled = new ArrayList<>();
    for (Sampler sampler : samplers) {
      sampled.addAll(sampler.sample());
    }
    sampled.sort(Comparator.comparing(family -> family.about().name()));
    sampled.forEach(text::sampled);
    others.families().forEach(text::ofAnotherServer);
    return text.end();
  }
}
