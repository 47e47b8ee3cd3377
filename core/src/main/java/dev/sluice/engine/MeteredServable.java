package dev.sluice.engine;

import dev.sluice.metrics.VersionMetrics;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;

/** Measures the runs of an engine's own servable. */
final class MeteredServable extends ForwardingServable {
  private final String engine;
  private final RunMeter meter;
  private final VersionMetrics metrics;

  MeteredServable(String engine, Servable servable, RunMeter meter, VersionMetrics metrics) {
    super(servable);
    this.engine = engine;
    this.meter = meter;
    this.metrics = metrics;
  }

  @Override
  public String engine() {
    return engine;
  }

  @Override
  public VersionMetrics metrics() {
    return metrics;
  }

  @Override
  public Servable uncounted() {
    return servable;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    RunMeter.Run run = meter.begin(request, completion, metrics);
    servable.run(request, run);
  }
}
