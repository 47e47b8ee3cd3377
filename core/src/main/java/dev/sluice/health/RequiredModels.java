package dev.sluice.health;

import java.util.Set;
import java.util.TreeSet;

/** The models without which a server is not ready. */
public sealed interface RequiredModels {
  /** No model is required: clients ask for those that there are. */
  record None() implements RequiredModels {}

  /** All that are configured at the time, but for those that clients have unloaded. */
  record All() implements RequiredModels {}

  /** These, configured or not. */
  record Named(Set<String> names) implements RequiredModels {
    public Named {
      names = Set.copyOf(names);
    }
  }

  /** Returns the names in order, given those of the models that are wanted at the time. */
  default Set<String> of(Set<String> wanted) {
    return switch (this) {
      case None() -> Set.of();
      case All() -> new TreeSet<>(wanted);
      case Named(var names) -> new TreeSet<>(names);
    };
  }
}
