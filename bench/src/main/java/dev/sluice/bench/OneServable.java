package dev.sluice.bench;

import dev.sluice.lifecycle.ServableLease;
import dev.sluice.lifecycle.ServableLookup;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A look-up with one model and version, in the map that the manager's look-up uses too. */
final class OneServable implements ServableLookup {
  private final Map<String, ServableLease> latest;
  private final long version;

  OneServable(ServableLease lease) {
    this.latest = Map.of(lease.id().model(), lease);
    this.version = lease.id().version();
  }

  @Override
  public @Nullable ServableLease acquireLatest(String model) {
    ServableLease lease = latest.get(model);
    return lease != null && lease.tryAcquire() ? lease : null;
  }

  @Override
  public @Nullable ServableLease acquire(String model, long wanted) {
    return wanted == version ? acquireLatest(model) : null;
  }

  @Override
  public OptionalLong labelled(String model, String label) {
    return OptionalLong.empty();
  }
}
