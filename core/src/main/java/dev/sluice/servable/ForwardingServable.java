package dev.sluice.servable;

import dev.sluice.metrics.VersionMetrics;
import dev.sluice.tensor.TensorAllocator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A servable in front of another one, which says what that says unless a decorator knows better.
 */
public abstract class ForwardingServable implements Servable {
  /** What is decorated. */
  protected final Servable servable;

  /** Puts this in front of a servable, which is closed with it. */
  protected ForwardingServable(Servable servable) {
    this.servable = servable;
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
  public String engine() {
    return servable.engine();
  }

  @Override
  public @Nullable VersionMetrics metrics() {
    return servable.metrics();
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
  public boolean keepsDeadlines() {
    return servable.keepsDeadlines();
  }

  @Override
  public @Nullable ServingException overload(Caller caller) {
    return servable.overload(caller);
  }

  @Override
  public List<RunUnderWay> runsUnderWay() {
    return servable.runsUnderWay();
  }

  @Override
  public void close() {
    servable.close();
  }
}
