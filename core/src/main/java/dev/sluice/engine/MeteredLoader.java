package dev.sluice.engine;

import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.VersionStatistics;
import dev.sluice.servable.ModelVersion;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServingException;

/** Measures the loads of a loader, and the runs of what it loads. */
public final class MeteredLoader implements Loader {
  private final ModelVersion version;
  private final Loader loader;
  private final ServingMetrics metrics;
  private final RunMeter meter;

  private MeteredLoader(
      ModelVersion version, Loader loader, ServingMetrics metrics, RunMeter meter) {
    this.version = version;
    this.loader = loader;
    this.metrics = metrics;
    this.meter = meter;
  }

  /** Returns a decorator that measures every loader. */
  public static LoaderDecorator decorator(ServingMetrics metrics) {
    RunMeter meter = new RunMeter(metrics.runtime());
    return (version, loader) -> new MeteredLoader(version, loader, metrics, meter);
  }

  @Override
  public ResourceEstimate estimate() throws ServingException {
    return loader.estimate();
  }

  @Override
  public Servable load() throws ServingException {
    metrics.serve(version.id().model());
    long start = System.nanoTime();
    boolean loaded = false;
    try {
      Servable servable =
          new MeteredServable(version.platform(), loader.load(), meter, statistics());
      loaded = true;
      return servable;
    } finally {
      String path = version.path().toString();
      metrics.runtime().loadTried(path, loaded, System.nanoTime() - start);
    }
  }

  private VersionStatistics statistics() {
    return metrics.inference().of(version.id().model(), version.id().version());
  }

  @Override
  public void unload() {
    loader.unload();
  }
}
