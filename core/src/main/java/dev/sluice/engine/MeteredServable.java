package dev.sluice.engine;

import dev.sluice.servable.Completion;
import dev.sluice.servable.RunRequest;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.TensorAllocator;
import java.util.Map;

/** Measures the runs of an engine's own servable. */
final class MeteredServable implements Servable {
  private final Servable servable;
  private final RunMeter meter;

  MeteredServable(Servable servable, RunMeter meter) {
    this.servable = servable;
    this.meter = meter;
  }

  @Override
  public Map<String, Signature> signatures() {
    return servable.signatures();
  }

  @Override
  public TensorAllocator allocator() {
    return servable.allocator();
  }

  @Override
  public Map<String, byte[]> metadata() {
    return servable.metadata();
  }

  @Override
  public boolean isShapeBound(Signature signature) {
    return servable.isShapeBound(signature);
  }

  @Override
  public boolean isStateful(Signature signature) {
    return servable.isStateful(signature);
  }

  @Override
  public void run(RunRequest request, Completion completion) {
    RunMeter.Run run = meter.begin(request, completion);
    servable.run(request, run);
  }

  @Override
  public void close() {
    servable.close();
  }
}
