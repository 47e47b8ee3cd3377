package dev.sluice.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cells of a model name, and bounds how many names clients can invent.
 *
 * <p>A model that has been served has a label of its own for ever. Of other names the first {@link
 * #MAX_UNSERVED} of at most {@link #MAX_LENGTH} characters have one; all further ones share the
 * label {@link #OTHER}. (The reference has no bound: its page grows with every name asked for.)
 */
final class ModelNames {
  static final int MAX_UNSERVED = 1000;
  static final int MAX_LENGTH = 256;
  static final String OTHER = "other";

  private final ModelMetrics.Families families;
  private final ModelMetrics other;
  private final ConcurrentMap<String, ModelMetrics> byName = new ConcurrentHashMap<>();
  private final AtomicInteger unserved = new AtomicInteger();

  ModelNames(ModelMetrics.Families families) {
    this.families = families;
    this.other = new ModelMetrics(OTHER, families);
  }

  /** Gives a model that is going to be served a label of its own. */
  void serve(String model) {
    byName.computeIfAbsent(model, name -> new ModelMetrics(name, families));
  }

  /** Returns the cells for a name that a request brought. */
  ModelMetrics of(String model) {
    ModelMetrics known = byName.get(model);
    return known == null ? claim(model) : known;
  }

  /** Returns the cells of a name that has some, or null. */
  @Nullable ModelMetrics known(String model) {
    return byName.get(model);
  }

  private ModelMetrics claim(String model) {
    if (model.length() > MAX_LENGTH || unserved.get() >= MAX_UNSERVED) {
      return other;
    }
    return byName.computeIfAbsent(
        model,
        name ->
            unserved.incrementAndGet() <= MAX_UNSERVED ? new ModelMetrics(name, families) : other);
  }
}
