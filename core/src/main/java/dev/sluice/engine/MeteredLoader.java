package dev.sluice.engine;

import dev.sluice.engine.natives.LoadFootprint;
import dev.sluice.metrics.ServingMetrics;
import dev.sluice.metrics.VersionMetrics;
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
    String model = version.id().model();
    metrics.serve(model);
    LoadFootprint before = LoadFootprint.begin();
    long start = System.nanoTime();
    boolean loaded = false;
    try {
      Servable servable = loader.load();
      loaded = true;
      return new MeteredServable(version.platform(), servable, meter, cells());
    } finally {
      long nanos = System.nanoTime() - start;
      metrics.runtime().loadTried(version.path().toString(), loaded, nanos);
      if (loaded) {
        long bytes = before.grownBy(version.path());
        metrics.own().loaded(model, version.id().version(), nanos, bytes);
      } else {
        metrics.own().loadFailed(model);
      }
    }
  }

  private VersionMetrics cells() {
    return metrics.own().of(version.id().model(), version.id().version());
  }

  @Override
  public void unload() {
    loader.unload();
  }
}
