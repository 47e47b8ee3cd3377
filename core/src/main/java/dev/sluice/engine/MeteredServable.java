package dev.sluice.engine;

import dev.sluice.metrics.VersionStatistics;
import dev.sluice.servable.Completion;
import dev.sluice.servable.ForwardingServable;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;

/** Measures the runs of an engine's own servable. */
final class MeteredServable extends ForwardingServable {
  private final String engine;
  private final RunMeter meter;
  private final VersionStatistics statistics;

  MeteredServable(String engine, Servable servable, RunMeter meter, VersionStatistics statistics) {
    super(servable);
    this.engine = engine;
    this.meter = meter;
    this.statistics = statistics;
  }

  @Override
  public String engine() {
    return engine;
  }

  @Override
  public Servable uncounted() {
    return servable;
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    RunMeter.Run run = meter.begin(request, completion, statistics);
    servable.run(request, run);
  }
}
