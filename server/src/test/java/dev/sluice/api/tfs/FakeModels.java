package dev.sluice.api.tfs;

import dev.sluice.lifecycle.ServableLease;
import dev.sluice.lifecycle.ServableLookup;
import dev.sluice.servable.Servable;
import dev.sluice.servable.ServableId;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Models that are simply there. Filled before use. */
public final class FakeModels implements ServableLookup {
  private final Map<String, TreeMap<Long, ServableLease>> models = new HashMap<>();
  private final Map<String, Long> labels = new HashMap<>();

  /** Creates a registry without models. */
  public FakeModels() {}

  /** Adds a version, before the first request. */
  public void add(String model, long version, Servable servable) {
    models
        .computeIfAbsent(model, name -> new TreeMap<>())
        .put(version, new ServableLease(new ServableId(model, version), servable));
  }

  /** Makes a label point to a version. */
  public void label(String model, String label, long version) {
    labels.put(model + '\0' + label, version);
  }

  /** Returns how many leases are out. */
  public int lent() {
    return models.values().stream()
        .flatMap(versions -> versions.values().stream())
        .mapToInt(ServableLease::lent)
        .sum();
  }

  @Override
  public @Nullable ServableLease acquireLatest(String model) {
    TreeMap<Long, ServableLease> versions = models.get(model);
    return versions == null ? null : acquired(versions.lastEntry().getValue());
  }

  @Override
  public @Nullable ServableLease acquire(String model, long version) {
    TreeMap<Long, ServableLease> versions = models.get(model);
    return versions == null ? null : acquired(versions.get(version));
  }

  private static @Nullable ServableLease acquired(@Nullable ServableLease lease) {
    return lease != null && lease.tryAcquire() ? lease : null;
  }

  @Override
  public OptionalLong labelled(String model, String label) {
    Long version = labels.get(model + '\0' + label);
    return version == null ? OptionalLong.empty() : OptionalLong.of(version);
  }
}
